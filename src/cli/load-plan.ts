import type { Command } from 'commander'
import type { Arrival, Bounds } from '../contract/load-bounds.ts'
import type { Threshold } from '../contract/load-threshold.ts'
import type { LoadDefinition, LoadTls } from '../loadgen/load-definition.ts'
import type { WireDialect } from '../protocol/wire.ts'
import { type Address, formatAddress } from './load-flags.ts'
import { readPem } from './tls-files.ts'

export interface LoadFlags {
  readonly connections: number
  readonly inFlight: number
  readonly rate?: number
  readonly arrival: Arrival
  readonly seed?: number
  readonly payload: number | Bounds
  readonly duration: number
  readonly warmUp: number
  readonly ramp: number
  readonly processes: number | 'auto'
  readonly wire: WireDialect
  readonly tls: boolean
  readonly tlsCa?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly tlsInsecure: boolean
  readonly failIf?: readonly Threshold[]
  readonly findMax: boolean
  readonly slo?: readonly Threshold[]
  readonly histogram?: string
  readonly json: boolean
}

/** A load run as the command line asks for it. */
export interface LoadPlan {
  readonly definition: LoadDefinition
  /** Shown when anything of the run is random, so that it can be had again. */
  readonly seed: number | null
}

const FIND_MAX_STEP_MS = 2000
const FIND_MAX_WARM_UP_MS = 500

export function planOf(server: Address, flags: LoadFlags): LoadPlan {
  const seed = flags.seed ?? Math.floor(Math.random() * 2 ** 32)
  const isOpen = flags.rate !== undefined || flags.findMax
  const isRandom = typeof flags.payload !== 'number' || (isOpen && flags.arrival === 'poisson')
  const definition = {
    ...server,
    connections: flags.connections,
    inFlight: flags.inFlight,
    payloadBytes: flags.payload,
    durationMs: flags.duration,
    warmUpMs: flags.warmUp,
    rampMs: flags.ramp,
    dialect: flags.wire,
    seed,
    ...(flags.tls && { tls: loadTls(flags) }),
    ...(flags.rate !== undefined && { rate: flags.rate, arrival: flags.arrival })
  }
  return { definition, seed: isRandom ? seed : null }
}

function loadTls({ tlsCa, tlsCert, tlsKey, tlsInsecure }: LoadFlags): LoadTls {
  const text = (file: string | undefined, flag: string): string | null =>
    file === undefined ? null : readPem(file, flag)
  return {
    ca: text(tlsCa, '--tls-ca'),
    cert: text(tlsCert, '--tls-cert'),
    key: text(tlsKey, '--tls-key'),
    verify: !tlsInsecure
  }
}

/** What is wrong with flags that are each right. Null when nothing is. */
export function conflictOf(flags: LoadFlags, isGiven: (flag: keyof LoadFlags) => boolean): string | null {
  if (flags.findMax && flags.slo === undefined) return "--find-max needs a promise to keep, such as --slo 'p99<5ms'"
  if (!flags.findMax && flags.slo !== undefined)
    return '--slo is the promise that --find-max keeps; without it use --fail-if'
  if (flags.findMax && flags.failIf !== undefined) return '--fail-if judges one run; with --find-max use --slo'
  if (flags.findMax && flags.histogram !== undefined) return '--histogram is of one run, and --find-max makes many'
  if (flags.findMax && flags.ramp > 0) return '--ramp is of one run, and --find-max makes many'
  const tlsFlags = ['tlsCa', 'tlsCert', 'tlsKey'] as const
  if (!flags.tls && (flags.tlsInsecure || tlsFlags.some(flag => flags[flag] !== undefined)))
    return '--tls-ca, --tls-cert, --tls-key and --tls-insecure are of no use without --tls'
  if ((flags.tlsCert === undefined) !== (flags.tlsKey === undefined))
    return '--tls-cert and --tls-key belong together: give both'
  if (isGiven('arrival') && flags.rate === undefined && !flags.findMax) {
    return '--arrival says how the frames of --rate are spaced, so it needs one'
  }
  return null
}

/** Steps of a search are short unless somebody says otherwise. */
export function stepDefaults(flags: LoadFlags, command: Command): LoadFlags {
  const isGiven = (flag: string): boolean => command.getOptionValueSource(flag) !== 'default'
  return {
    ...flags,
    duration: isGiven('duration') ? flags.duration : FIND_MAX_STEP_MS,
    warmUp: isGiven('warmUp') ? flags.warmUp : FIND_MAX_WARM_UP_MS
  }
}

export function planInWords(plan: LoadPlan, processes: number): string {
  const { rate, inFlight } = plan.definition
  if (rate === undefined) return inWords(plan, processes, `${inFlight} in flight on each`)
  return inWords(plan, processes, `${rate.toLocaleString('en-US')} frames/s due ${spacingInWords(plan)}`)
}

export function searchInWords(plan: LoadPlan, processes: number): string {
  return inWords(plan, processes, `frames due ${spacingInWords(plan)}`)
}

function spacingInWords({ definition: { arrival, inFlight } }: LoadPlan): string {
  return `${arrival === 'poisson' ? 'by chance (Poisson)' : 'evenly spaced'}, at most ${inFlight} in flight on each`
}

function inWords({ definition, seed }: LoadPlan, processes: number, pace: string): string {
  const { host, port, connections, payloadBytes } = definition
  const bytes = typeof payloadBytes === 'number' ? `${payloadBytes}` : `${payloadBytes.min} to ${payloadBytes.max}`
  const parts = [`${connections} connections`, pace, `${bytes} bytes of payload`]
  if (processes > 1) parts.push(`${processes} processes`)
  if (seed !== null) parts.push(`seed ${seed}`)
  return `${formatAddress({ host, port })}: ${parts.join(', ')}`
}

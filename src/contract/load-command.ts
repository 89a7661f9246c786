import type { LoadRunRequest } from './load-run.ts'

type Load = Pick<LoadRunRequest, 'connections' | 'inFlight' | 'payloadBytes' | 'rate' | 'arrival' | 'processes'>

/** The flags by which the commands that measure a server drive this load. */
export function loadFlags({ connections, inFlight, payloadBytes, rate, arrival, processes }: Load): string {
  const bytes = typeof payloadBytes === 'number' ? `${payloadBytes}` : `${payloadBytes.min}..${payloadBytes.max}`
  const flags = [`--connections ${connections}`, `--in-flight ${inFlight}`, `--payload ${bytes}`]
  if (rate !== null) flags.push(`--rate ${rate}`, `--arrival ${arrival}`)
  if (processes > 1) flags.push(`--processes ${processes}`)
  return flags.join(' ')
}

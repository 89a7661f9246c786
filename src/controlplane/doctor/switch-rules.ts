import type { OptimizationName } from '../../contract/optimizations.ts'
import type { WorkerRates, WorkerReport } from '../../contract/server-report.ts'
import { busyWorkers, type Finding, inWords, isOn, type Observation, type Rule, type Trial } from './finding.ts'

const TRIAL_SECONDS = 60

/** With exact reads it is two; a little less where small frames come close together. */
const MANY_READS_PER_FRAME = 1.5
const MANY_WRITES_PER_FRAME = 0.9
/** Two frames in a read are the least whose acks can share a write. */
const FEW_READS_PER_FRAME = 0.5
/** 2 % of the time. */
const NOTABLE_GC_MILLISECONDS_PER_SECOND = 20
/** Of an Ethernet segment: Nagle's algorithm holds back what is smaller. */
const SEGMENT_BYTES = 1448

interface SwitchRule {
  readonly rule: string
  readonly name: OptimizationName
  /** Whether it is worth a try where the switch is off. */
  readonly applies: (rates: WorkerRates, worker: number, observation: Observation) => boolean
  /** The figures that say so, the first being the one that is said in words. */
  readonly figures: (rates: WorkerRates) => Readonly<Record<string, number>>
  readonly says: (figure: string) => string
  readonly advice: string
}

const rules: readonly SwitchRule[] = [
  {
    rule: 'exact-reads',
    name: 'bufferedReader',
    applies: ({ readsPerFrame }) => readsPerFrame >= MANY_READS_PER_FRAME,
    figures: ({ readsPerFrame, framesReceivedPerSecond }) => ({ readsPerFrame, framesReceivedPerSecond }),
    says: figure => `${figure} reads per frame: each frame is fetched piece by piece.`,
    advice: 'Try bufferedReader: one read brings all the frames that have come.'
  },
  {
    rule: 'write-per-ack',
    name: 'coalescedWriter',
    applies: ({ writesPerFrame, readsPerFrame }, worker, observation) =>
      writesPerFrame >= MANY_WRITES_PER_FRAME &&
      readsPerFrame <= FEW_READS_PER_FRAME &&
      isOn(observation, 'bufferedReader', worker),
    figures: ({ writesPerFrame, readsPerFrame }) => ({ writesPerFrame, framesPerRead: 1 / readsPerFrame }),
    says: figure => `${figure} writes per frame, although frames come several in a read.`,
    advice: 'Try coalescedWriter: the acks of one read leave in one write.'
  },
  {
    rule: 'packets-not-pooled',
    name: 'packetPool',
    applies: ({ gcMillisecondsPerSecond: gc }) => gc >= NOTABLE_GC_MILLISECONDS_PER_SECOND,
    figures: ({ gcMillisecondsPerSecond }) => ({ gcMillisecondsPerSecond }),
    says: figure => `${figure} ms of every second go to garbage collection, and every frame makes new objects.`,
    advice: 'Try packetPool: Submit objects and their payloads are used again.'
  },
  {
    rule: 'acks-not-pooled',
    name: 'ackPool',
    applies: ({ gcMillisecondsPerSecond: gc }) => gc >= NOTABLE_GC_MILLISECONDS_PER_SECOND,
    figures: ({ gcMillisecondsPerSecond }) => ({ gcMillisecondsPerSecond }),
    says: figure => `${figure} ms of every second go to garbage collection, and every ack makes a new buffer.`,
    advice: 'Try ackPool: acks are encoded in space that is used again.'
  },
  {
    rule: 'small-writes-held-back',
    name: 'noDelay',
    applies: rates => bytesPerWrite(rates) > 0 && bytesPerWrite(rates) < SEGMENT_BYTES,
    figures: rates => ({ bytesPerWrite: bytesPerWrite(rates) }),
    says: figure =>
      `${figure} bytes per write, with Nagle's algorithm: a small write waits for the peer's answer to the last.`,
    advice: 'Try noDelay: every write leaves at once.'
  }
]

export const switchRules: readonly Rule[] = rules.map(rule => observation => examine(rule, observation))

function examine({ rule, name, applies, figures, says, advice }: SwitchRule, observation: Observation): Finding[] {
  const found = busyWorkers(observation).filter(
    ({ id, rates }) => !isOn(observation, name, id) && applies(rates, id, observation)
  )
  const [busiest] = [...found].sort((a, b) => b.rates.framesReceivedPerSecond - a.rates.framesReceivedPerSecond)
  if (busiest === undefined) return []
  const [figure = 0] = Object.values(figures(busiest.rates))
  return [
    {
      rule,
      severity: 'hint',
      summary: says(inWords(figure)),
      advice,
      workers: found.map(({ id }) => id),
      evidence: found.flatMap(({ id, rates }) =>
        Object.entries(figures(rates)).map(([figureName, value]) => ({ worker: id, name: figureName, value }))
      ),
      trial: trialOf(name, rule, found, observation)
    }
  ]
}

/** It ends by itself, so that trying costs nothing. */
function trialOf(name: OptimizationName, rule: string, found: readonly WorkerReport[], { report }: Observation): Trial {
  const some = found.length < report.workers.length ? { workers: found.map(({ id }) => id) } : {}
  const body = { [name]: true, ...some, ttlSeconds: TRIAL_SECONDS, reason: `doctor: ${rule}` }
  return { method: 'PATCH', path: '/api/v1/optimizations', body }
}

function bytesPerWrite({ bytesSentPerSecond, writesPerFrame, framesReceivedPerSecond }: WorkerRates): number {
  const writesPerSecond = writesPerFrame * framesReceivedPerSecond
  return writesPerSecond === 0 ? 0 : bytesSentPerSecond / writesPerSecond
}

import type {
  ExperimentArm,
  ExperimentBlock,
  ExperimentMetric,
  ExperimentReport,
  MetricVerdict
} from '../../src/contract/experiment.ts'
import { experimentMetrics } from '../../src/contract/experiment.ts'
import { presetSwitches } from '../../src/contract/optimizations.ts'
import { Random } from '../support/random.ts'

const levels: Readonly<Record<ExperimentMetric, readonly [number, number]>> = {
  cpuPerFrame: [31.2, 2.1],
  framesPerSecond: [30_000, 420_000],
  p50: [900, 80],
  p99: [2400, 310],
  p999: [5200, 900],
  gcPerMillionFrames: [800, 120],
  allocatedPerFrame: [620, 480],
  readsPerFrame: [2, 0.02],
  writesPerFrame: [1, 0.02],
  errors: [0, 0]
}

/** A finished experiment of two arms, its blocks made up with a fixed seed. Names hold what a page must not take for markup. */
export function exampleReport(overrides: Partial<ExperimentReport> = {}): ExperimentReport {
  const verdicts = Object.fromEntries(
    experimentMetrics.map(({ name }) => [name, exampleVerdict(name)])
  ) as ExperimentReport['verdicts']
  const sentence = 'after <improved> CPU per frame by 93.1 % (95 % interval −93.4 % to −92.8 %).'
  return {
    id: 'e1',
    state: 'done',
    progress: 1,
    sentence,
    error: null,
    seed: 42,
    request: {
      arms: [
        { name: 'before', preset: 'baseline' },
        { name: 'after <b>', switches: { bufferedReader: true } }
      ],
      design: 'switchback',
      pairs: 8,
      blockSeconds: 3,
      washOutSeconds: 1,
      load: {
        connections: 50,
        inFlight: 100,
        payloadBytes: 20,
        rate: null,
        arrival: 'constant',
        seed: 1,
        processes: 1
      },
      seed: 42,
      margins: Object.fromEntries(experimentMetrics.map(({ name }) => [name, 2])) as Record<ExperimentMetric, number>,
      guards: { errorRate: 0.01, p99Factor: 10, loopDelayMs: null, rssBytes: null },
      profile: false,
      selfTest: true,
      label: null
    },
    arms: exampleArms,
    createdAt: '2026-11-24T10:00:00.000Z',
    startedAt: '2026-11-24T10:00:00.000Z',
    finishedAt: '2026-11-24T10:01:04.000Z',
    remainingSeconds: null,
    verdicts,
    comparisons: [{ before: 0, after: 1, sentence, verdicts }],
    selfTest: {
      passed: true,
      sentence: 'The same pipeline on equal arms of this run finds no difference.',
      verdicts: {}
    },
    profiles: [],
    environment: {
      framelab: '0.1.0',
      node: 'v20.20.2',
      v8: '11.3.244.8',
      platform: 'linux',
      arch: 'x64',
      cpu: 'Example CPU @ 2.00GHz',
      cores: 2,
      loadAverage: 0.41,
      memoryBytes: 8 * 2 ** 30,
      container: { cpus: 2, memoryBytes: null },
      workers: 2
    },
    command: "framelab compare baseline 'bufferedReader=on' --pairs 8 --seed 42",
    blocks: exampleBlocks(8),
    ...overrides
  }
}

export const exampleArms: readonly ExperimentArm[] = [
  { name: 'before', preset: 'baseline', switches: presetSwitches('baseline') },
  { name: 'after <b>', preset: null, switches: { ...presetSwitches('baseline'), bufferedReader: true } }
]

/** As many of each arm, in the order ABBA; the last but one is not used. */
export function exampleBlocks(pairs: number): ExperimentBlock[] {
  const random = new Random(7)
  return Array.from({ length: 2 * pairs }, (_, index) => {
    const arm = [0, 1, 1, 0][index % 4] as 0 | 1
    const noisy = (value: number): number => value * (1 + 0.04 * (random.next() - 0.5))
    const figures = Object.fromEntries(experimentMetrics.map(({ name }) => [name, noisy(levels[name][arm])]))
    return {
      index,
      pair: Math.floor(index / 2),
      arm,
      workers: [1, 2],
      startedAt: new Date(Date.UTC(2026, 10, 24, 10, 0, 4 * index)).toISOString(),
      seconds: 3,
      frames: Math.round(3 * levels.framesPerSecond[arm]),
      figures: figures as ExperimentBlock['figures'],
      externalBytesPerFrame: null,
      excluded: index === 2 * pairs - 2 ? 'too little traffic' : null
    }
  })
}

export function exampleVerdict(metric: ExperimentMetric, overrides: Partial<MetricVerdict> = {}): MetricVerdict {
  const { unit, better } = experimentMetrics.find(({ name }) => name === metric) as (typeof experimentMetrics)[number]
  const [before, after] = levels[metric]
  const effectPercent = before === 0 ? null : (after / before - 1) * 100
  return {
    verdict: before === 0 ? 'equivalent' : 'improved',
    unit,
    better,
    marginPercent: 2,
    effectPercent,
    interval:
      effectPercent === null
        ? null
        : [effectPercent - Math.abs(effectPercent) * 0.004, effectPercent + Math.abs(effectPercent) * 0.004],
    p: 0.0078,
    pHolm: 0.07,
    cliffsDelta: -1,
    detectablePercent: 1.2,
    before,
    after,
    pairs: 7,
    spread: { verdict: 'same', ratio: 1.1, p: 0.4 },
    ...overrides
  }
}

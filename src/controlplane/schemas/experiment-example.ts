import {
  type ExperimentMetric,
  type ExperimentReport,
  experimentDefaults,
  experimentMetrics,
  type MetricVerdict
} from '../../contract/experiment.ts'
import { presetSwitches } from '../../contract/optimizations.ts'

const cpu: MetricVerdict = {
  verdict: 'improved',
  unit: 'µs',
  better: 'lower',
  marginPercent: 2,
  effectPercent: -93.1,
  interval: [-93.4, -92.8],
  p: 0.0000019,
  pHolm: 0.000019,
  cliffsDelta: -1,
  detectablePercent: 1.2,
  before: 31.2,
  after: 2.1,
  pairs: 20,
  spread: { verdict: 'same', ratio: 1.1, p: 0.4 }
}

const figures: Record<ExperimentMetric, number> = {
  cpuPerFrame: 31.2,
  framesPerSecond: 30_000,
  p50: 900,
  p99: 2400,
  p999: 5200,
  gcPerMillionFrames: 800,
  allocatedPerFrame: 943.8,
  readsPerFrame: 2,
  writesPerFrame: 1,
  errors: 0
}

/** Of every metric, where the request has one for each. */
const { marginPercent, ...defaults } = experimentDefaults

const sentence =
  "'after' is better than 'before': CPU per frame −93.1 % (95 % interval −93.4 % to −92.8 %), from 31.2 to 2.1 µs."

export const experimentExample: ExperimentReport = {
  id: '0mwu1slje8c104098',
  state: 'done',
  progress: 1,
  sentence,
  error: null,
  seed: 42,
  request: {
    ...defaults,
    arms: [
      { name: 'before', preset: 'baseline' },
      { name: 'after', switches: { bufferedReader: true } }
    ],
    load: 'live',
    seed: null,
    margins: Object.fromEntries(experimentMetrics.map(({ name }) => [name, marginPercent])) as Record<
      ExperimentMetric,
      number
    >,
    label: null
  },
  arms: [
    { name: 'before', preset: 'baseline', switches: presetSwitches('baseline') },
    { name: 'after', preset: null, switches: presetSwitches('pooled') }
  ],
  createdAt: '2026-01-02T03:04:05.678Z',
  startedAt: '2026-01-02T03:04:05.700Z',
  finishedAt: '2026-01-02T03:06:45.700Z',
  remainingSeconds: null,
  verdicts: { cpuPerFrame: cpu },
  comparisons: [{ before: 0, after: 1, sentence, verdicts: { cpuPerFrame: cpu } }],
  selfTest: {
    passed: true,
    sentence: 'The same pipeline finds no difference between blocks of equal arms of this run (20 pairs).',
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
    memoryBytes: 8_589_934_592,
    container: { cpus: 2, memoryBytes: null },
    workers: 2
  },
  command: "curl -X POST http://127.0.0.1:8889/api/v1/experiments -H 'content-type: application/json' -d '{…}'",
  blocks: [
    {
      index: 0,
      pair: 0,
      arm: 0,
      workers: [1, 2],
      startedAt: '2026-01-02T03:04:05.700Z',
      seconds: 3,
      frames: 90_000,
      figures,
      externalBytesPerFrame: 12.5,
      excluded: null
    }
  ]
}

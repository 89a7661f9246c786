import type { ExplorationReport } from '../../contract/exploration.ts'
import { presetSwitches } from '../../contract/optimizations.ts'

const off = presetSwitches('baseline')

/** An exploration as it is written in the documentation: two switches, before its last rounds. */
export const explorationExample: ExplorationReport = {
  id: 'exploration-1',
  state: 'done',
  progress: 1,
  sentence: 'Best for CPU per frame: bufferedReader on (−61.0 % against all off). Makes no difference here: ackPool.',
  error: null,
  seed: 42,
  request: {
    switches: ['bufferedReader', 'ackPool'],
    fraction: 'full',
    rounds: 6,
    blockSeconds: 2,
    washOutSeconds: 0.5,
    load: 'live',
    seed: 42,
    marginPercent: 2,
    label: null
  },
  combinations: [
    { ...off },
    { ...off, bufferedReader: true },
    { ...off, ackPool: true },
    { ...off, bufferedReader: true, ackPool: true }
  ],
  createdAt: '2026-01-02T03:04:05.678Z',
  startedAt: '2026-01-02T03:04:05.702Z',
  finishedAt: '2026-01-02T03:05:05.911Z',
  remainingSeconds: null,
  findings: {
    sentence: 'Best for CPU per frame: bufferedReader on (−61.0 % against all off). Makes no difference here: ackPool.',
    rounds: 6,
    effects: [
      {
        switches: ['bufferedReader'],
        aliasedWith: [],
        verdict: 'improved',
        effectPercent: -61,
        interval: [-61.8, -60.2],
        p: 1.2e-12,
        pHolm: 3.6e-12
      },
      {
        switches: ['ackPool'],
        aliasedWith: [],
        verdict: 'equivalent',
        effectPercent: -0.3,
        interval: [-1.5, 0.9],
        p: 0.52,
        pHolm: 1
      },
      {
        switches: ['bufferedReader', 'ackPool'],
        aliasedWith: [],
        verdict: 'equivalent',
        effectPercent: 0.1,
        interval: [-1.8, 1.9],
        p: 0.9,
        pHolm: 1
      }
    ],
    recommended: { bufferedReader: true },
    recommendedPercent: -61,
    makesNoDifference: ['ackPool'],
    undecided: []
  },
  environment: {
    framelab: '0.1.0',
    node: 'v20.20.2',
    v8: '11.3.244.8',
    platform: 'linux',
    arch: 'x64',
    cpu: 'Intel(R) Xeon(R) Processor',
    cores: 2,
    loadAverage: 0.4,
    memoryBytes: 8_589_934_592,
    container: null,
    workers: 1
  },
  command:
    'framelab explore bufferedReader ackPool --rounds 6 --block-seconds 2 --wash-out-seconds 0.5 --seed 42 --margin 2',
  blocks: [
    {
      index: 0,
      round: 0,
      combination: 3,
      startedAt: '2026-01-02T03:04:06.204Z',
      seconds: 2.001,
      frames: 2_410_022,
      figures: {
        cpuPerFrame: 0.82,
        framesPerSecond: 1_204_409,
        gcPerMillionFrames: 1.2,
        readsPerFrame: 0.01,
        writesPerFrame: 1
      },
      excluded: null
    }
  ]
}

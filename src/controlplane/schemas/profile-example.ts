import { presetSwitches } from '../../contract/optimizations.ts'
import type { ProfileReport } from '../../contract/profile.ts'

const switches = presetSwitches('baseline')
const buffers = { before: 886_427, after: 886_534, allocatedAtLeast: 107 }

/** A profile as it is written in the documentation. */
export const profileExample: ProfileReport = {
  id: '0mwu0i4zmc3c0cc10',
  kind: 'cpu',
  state: 'done',
  progress: 1,
  label: 'before',
  seconds: 3,
  sampling: { interval: 5000, unit: 'microseconds' },
  workers: [1],
  createdAt: '2026-01-02T03:04:05.678Z',
  startedAt: '2026-01-02T03:04:05.680Z',
  finishedAt: '2026-01-02T03:04:09.201Z',
  error: null,
  framelab: '0.1.0',
  node: 'v20.20.2',
  revision: 1,
  revisionAfter: 1,
  switches,
  changedMeanwhile: false,
  frames: 120_000,
  bytesReceived: 3_960_000,
  bytesSent: 1_680_000,
  reads: 240_000,
  writes: 120_000,
  cpuSeconds: 2.4,
  gcSeconds: 0.08,
  gcCollections: 60,
  loopUtilization: 0.82,
  connections: 50,
  framesPerSecond: 40_000,
  capturedSeconds: 3,
  sampled: { amount: 1.6, unit: 'seconds' },
  buffers,
  cost: {
    windowSeconds: { before: 0.25, during: 3, after: 0.25 },
    cpuMicrosecondsPerFrame: { before: 19.9, during: 20, after: 19.8 },
    estimatePercent: 0.8,
    noisePercent: 0.5
  },
  workerFigures: [
    {
      worker: 1,
      pid: 4711,
      connections: 50,
      seconds: 3,
      frames: 120_000,
      bytesReceived: 3_960_000,
      bytesSent: 1_680_000,
      reads: 240_000,
      writes: 120_000,
      cpuSeconds: 2.4,
      gcSeconds: 0.08,
      gcCollections: 60,
      loopUtilization: 0.82,
      switchesBefore: switches,
      switchesAfter: switches,
      buffers,
      mainThread: { ranSeconds: 2.35, waitedSeconds: 0.11 },
      coreShare: 0.955,
      startStallSeconds: 0.031,
      stopStallSeconds: 0.003
    }
  ]
}

const nothing = { before: 0, after: 0, delta: 0 }
const reading = { before: 14_200, after: 2100, delta: -12_100 }
const whole = { before: 20_000, after: 6900, delta: -13_100 }

export const differenceExample = {
  norm: 'frames',
  unit: 'ns/frame',
  before: profileExample,
  after: { ...profileExample, id: '0mwu0i6z313300b9d', label: 'after', switches: presetSwitches('buffered') },
  warnings: [],
  totals: whole,
  categories: {
    framelab: { before: 1200, after: 1000, delta: -200 },
    node: { before: 2000, after: 900, delta: -1100 },
    native: { before: 16_800, after: 5000, delta: -11_800 },
    loop: nothing,
    threads: nothing,
    gc: nothing,
    program: nothing,
    other: nothing,
    idle: nothing
  },
  rows: [
    {
      function: 'onRead',
      file: 'src/dataplane/connection.ts',
      line: 152,
      category: 'framelab',
      ...reading,
      inclusive: reading,
      standardError: 310,
      change: 'both'
    }
  ],
  rest: { functions: 0, ...nothing }
}

import type { LoadFigures } from '../../contract/load-figures.ts'
import type { LoadRunReport } from '../../contract/load-run.ts'

const figures: LoadFigures = {
  seconds: 10.001,
  offered: 200_020,
  sent: 200_020,
  acked: 200_020,
  lost: 0,
  errors: {},
  ackedPerSecond: 20_000,
  latency: { p50Us: 48.1, p90Us: 95.2, p99Us: 310.4, p999Us: 1204.9, maxUs: 2410.3 },
  generator: { limited: false, why: null },
  openLoop: { unsent: 0, sendDelayP99Us: 12.3 }
}

/** A load run as it is written in the documentation. */
export const loadRunExample: LoadRunReport = {
  id: 'load-1',
  state: 'done',
  request: {
    connections: 50,
    inFlight: 100,
    payloadBytes: { min: 64, max: 4096 },
    rate: 20_000,
    arrival: 'poisson',
    seed: 1,
    durationSeconds: 10,
    warmUpSeconds: 1,
    rampSeconds: 0,
    processes: 1
  },
  createdAt: '2026-01-02T03:04:05.678Z',
  startedAt: '2026-01-02T03:04:05.801Z',
  finishedAt: '2026-01-02T03:04:16.815Z',
  progress: {
    phase: 'measuring',
    elapsedSeconds: 11,
    totalSeconds: 11,
    connections: { open: 50, asked: 50 }
  },
  lastSecond: { ...figures, seconds: 1, offered: 20_004, sent: 20_004, acked: 20_004 },
  figures,
  problem: null
}

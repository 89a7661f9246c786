import { ratesBy } from '../../contract/connection-rates.ts'
import type { ConnectionInfo } from '../../contract/snapshot.ts'

/** A connection as it is written in the documentation. */
export const connectionExample: ConnectionInfo = {
  id: '1-42',
  worker: 1,
  peer: { address: '127.0.0.1', port: 50_123 },
  state: 'open',
  reason: null,
  openedAt: '2026-01-02T03:04:05.678Z',
  closedAt: null,
  lastReceivedAt: '2026-01-02T03:05:05.178Z',
  ageSeconds: 60.5,
  idleSeconds: 1,
  framesReceived: 6000,
  framesSent: 6000,
  bytesReceived: 168_000,
  bytesSent: 84_000,
  reads: 60,
  writes: 60,
  rates: ratesBy(field => ({ framesReceived: 100, framesSent: 100, bytesReceived: 2800, bytesSent: 1400 })[field]),
  stalls: 0,
  stalledSeconds: 0,
  longestStallSeconds: 0,
  pendingBytes: 0
}

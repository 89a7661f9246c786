import type { OptimizationChange, OptimizationsReport, LabMetrics, ServerReport, WorkerReport } from '../contract/server-report.ts'
import type { CloseMode, ConnectionInfo, Listing, ListingQuery } from '../contract/snapshot.ts'

/**
 * The running server as the routes see it. The supervisor of the workers is one; nothing here knows of processes, sockets
 * or messages.
 */
export interface Lab {
  /** Frames are accepted. */
  readonly ready: boolean
  report(): Promise<ServerReport>
  metrics(): Promise<LabMetrics>
  workers(): Promise<readonly WorkerReport[]>
  listConnections(query: ListingQuery): Promise<Listing>
  findConnection(id: string): Promise<ConnectionInfo | null>
  /** False when there is no such connection. */
  closeConnection(id: string, mode: CloseMode): Promise<boolean>
  optimizations(): OptimizationsReport
  /** Resolves once every worker concerned runs with it. Throws UnknownWorkerError and changes nothing. */
  changeOptimizations(change: OptimizationChange): Promise<OptimizationsReport>
  /** Begins to stop the server: accept nothing, answer what has come, exit. */
  drain(): void
}

/** A request named a worker that there is not. */
export class UnknownWorkerError extends Error {
  readonly code = 'FRAMELAB_UNKNOWN_WORKER'
  readonly worker: number
  /** Where in the request's list of workers. */
  readonly index: number

  constructor(worker: number, index: number, known: readonly number[]) {
    super(`there is no worker ${worker}; there are ${known.join(', ')}`)
    this.name = 'UnknownWorkerError'
    this.worker = worker
    this.index = index
  }
}

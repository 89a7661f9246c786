/** Written `worker-sequence`, or `worker.incarnation-sequence` once the worker's process has been replaced. */
export interface ConnectionId {
  readonly worker: number
  readonly incarnation: number
  /** Rises with every connection of a process. */
  readonly sequence: number
}

const written = /^([1-9]\d{0,8})(?:\.([1-9]\d{0,8}))?-([1-9]\d{0,14})$/

/** null for what is no id. Every id has one spelling only. */
export function parseConnectionId(id: string): ConnectionId | null {
  const [, worker, incarnation = 0, sequence] = written.exec(id) ?? []
  if (worker === undefined) return null
  return { worker: Number(worker), incarnation: Number(incarnation), sequence: Number(sequence) }
}

/** By number, so that 1-9 comes before 1-10; what is no id comes first. */
export function compareConnectionIds(a: string, b: string): number {
  const one = parseConnectionId(a) ?? nobody
  const other = parseConnectionId(b) ?? nobody
  return one.worker - other.worker || one.incarnation - other.incarnation || one.sequence - other.sequence
}

const nobody: ConnectionId = { worker: 0, incarnation: 0, sequence: 0 }

import type { TraceOptions } from '../contract/trace.ts'
import { type ConnectionTrace, type TraceListener, TraceRefusedError } from '../controlplane/lab.ts'
import { ignoreUnavailable, type WorkerProcess } from './worker-process.ts'

let lastTrace = 0

/** Has a process trace one of its connections; null when it has no such connection. */
export async function beginTrace(
  process: WorkerProcess,
  id: string,
  options: TraceOptions,
  listener: TraceListener
): Promise<ConnectionTrace | null> {
  const trace = ++lastTrace
  const stop = (): void => {
    if (!process.traces.delete(trace)) return
    // When it cannot be told, it is gone or ends the trace by itself.
    process.request('stop-trace', { trace }).catch(ignoreUnavailable)
  }
  process.traces.set(trace, (lines, ended) => {
    if (ended) process.traces.delete(trace)
    listener(lines, ended)
  })
  try {
    const refusal = await process.request('trace', { trace, id, options })
    if (refusal === null) return { stop }
    process.traces.delete(trace)
    if (refusal === 'no_connection') return null
    throw new TraceRefusedError(refusal)
  } catch (error) {
    stop()
    throw error
  }
}

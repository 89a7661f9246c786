import { getSystemErrorName } from 'node:util'

/**
 * Writes without a stream's bookkeeping. A stream makes a request for every write, in case the kernel does not take all of
 * it, and keeps account of what is under way. The kernel nearly always does take all of it: then the request has not been
 * touched and serves the next write of any socket, and there is nothing to keep account of. For a lone Submit, all that
 * is a tenth of what serving it costs.
 *
 * Node's own way of writing is `net.Socket._writeGeneric` around `StreamBase::Write` (node/src/stream_base.cc).
 */
interface WriteRequest {
  /** Keeps the memory alive from which the rest is written. */
  buffer?: Uint8Array
  oncomplete?(status: number): void
}

/** What is used of a socket's handle. */
export interface WritableHandle {
  /** Returns 0, or the system's error as a negative number; then nothing was written. */
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number
  /** Bytes that the kernel has not taken yet. */
  readonly writeQueueSize: number
}

/** `done`: the kernel has all of it. `begun`: the rest goes once there is room. `not done`: nothing has happened. */
export type Written = 'done' | 'begun' | 'not done'

/** For the next write; null until a write of Node's own has shown what a request is. */
let spare: WriteRequest | null = null
/** The write that was begun last, until somebody waits for its end. */
let begun: WriteRequest | null = null

/** To be called before Node writes to the handle by itself. */
export function learnFrom(handle: WritableHandle): void {
  if (spare !== null || typeof handle.writeQueueSize !== 'number') return
  const shadowed = handle as { writeBuffer?: WritableHandle['writeBuffer'] }
  shadowed.writeBuffer = (request, bytes) => {
    delete shadowed.writeBuffer
    spare = another(request)
    return handle.writeBuffer(request, bytes)
  }
}

/** Writes to a handle on which no write is under way. A write that is `begun` must be waited for. */
export function writeNow(handle: WritableHandle, bytes: Uint8Array): Written {
  if (spare === null || handle.writeBuffer(spare, bytes) !== 0) return 'not done'
  if (handle.writeQueueSize === 0) return 'done'
  begun = spare
  begun.buffer = bytes
  spare = another(begun)
  return 'begun'
}

/** Calls back at the end of the write that was just begun; returns false when none was. */
export function waitForBegun(callback: (error: Error | null) => void): boolean {
  if (begun === null) return false
  begun.oncomplete = status => callback(status < 0 ? systemError(status) : null)
  begun = null
  return true
}

function another(request: WriteRequest): WriteRequest {
  return new (request.constructor as new () => WriteRequest)()
}

function systemError(errno: number): Error {
  const code = getSystemErrorName(errno)
  return Object.assign(new Error(`write ${code}`), { errno, code, syscall: 'write' })
}

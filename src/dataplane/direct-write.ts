import { getSystemErrorName } from 'node:util'

/**
 * Writes without a stream's bookkeeping. A stream makes a request for every write, in case the kernel does not take all of
 * it, and keeps account of what is under way. The kernel nearly always does take all of it: then the request has not been
 * used and serves the next write of any socket, and there is nothing to keep account of. For a lone Submit, all that is a
 * tenth of what serving it costs.
 *
 * Node's own way of writing is `net.Socket._writeGeneric` around `StreamBase::Write` (node/src/stream_base.cc).
 */
interface WriteRequest {
  /** Keeps the memory alive from which the rest is written. */
  buffer?: Uint8Array
  oncomplete?(status: number): void
  /** Negative as long as the request has not been used. */
  getAsyncId(): number
}

/** What is used of a socket's handle. */
export interface WritableHandle {
  /** Returns 0, or the system's error as a negative number. */
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number
}

/** A write of which the kernel has not taken all at once. */
export class BegunWrite {
  readonly #request: WriteRequest

  constructor(request: WriteRequest, bytes: Uint8Array) {
    this.#request = request
    request.buffer = bytes
  }

  whenDone(callback: (error: Error | null) => void): void {
    this.#request.oncomplete = status => callback(status < 0 ? systemError(status) : null)
  }
}

/** `failed`: nothing was written, or cannot be before `isReady`. */
export type Written = 'done' | 'failed' | BegunWrite

/** For the next write; null until a write of Node's own has shown what a request is. */
let spare: WriteRequest | null = null

/** Whether `writeNow` can be called. */
export function isReady(): boolean {
  return spare !== null
}

/** To be called before Node writes to the handle by itself. */
export function learnFrom(handle: WritableHandle): void {
  if (spare !== null) return
  const shadowed = handle as { writeBuffer?: WritableHandle['writeBuffer'] }
  shadowed.writeBuffer = (request, bytes) => {
    delete shadowed.writeBuffer
    if (typeof request.getAsyncId === 'function') spare = another(request)
    return handle.writeBuffer(request, bytes)
  }
}

/** Writes to a handle on which no write is under way. */
export function writeNow(handle: WritableHandle, bytes: Uint8Array): Written {
  if (spare === null || handle.writeBuffer(spare, bytes) !== 0) return 'failed'
  // Not the length of the queue: libuv tries a second time, and may be rid of all before it has given the request back.
  if (spare.getAsyncId() < 0) return 'done'
  const begun = new BegunWrite(spare, bytes)
  spare = another(spare)
  return begun
}

function another(request: WriteRequest): WriteRequest {
  return new (request.constructor as new () => WriteRequest)()
}

function systemError(errno: number): Error {
  const code = getSystemErrorName(errno)
  return Object.assign(new Error(`write ${code}`), { errno, code, syscall: 'write' })
}

import { getSystemErrorName } from 'node:util'

/** Node's record of a write of which the kernel has not taken all at once. */
interface WriteRequest {
  /** Keeps the memory alive from which the rest is written. */
  buffer?: Uint8Array
  oncomplete?(status: number): void
  /** How it has ended, if it has before it was known to whom that is to be told. Since Node 24. */
  writeStatus?: number | null
  /** Negative as long as the request has not been used. */
  getAsyncId(): number
}

/** What is used of a socket's handle. */
export interface WritableHandle {
  /** Returns 0, or the system's error as a negative number; newer Node, which is given no request, one that it had to make. */
  writeBuffer(request: WriteRequest | null, bytes: Uint8Array): number | WriteRequest
}

/** A write of which the kernel has not taken all at once. */
export class BegunWrite {
  readonly #request: WriteRequest

  constructor(request: WriteRequest, bytes: Uint8Array) {
    this.#request = request
    request.buffer = bytes
  }

  whenDone(callback: (error: Error | null) => void): void {
    const { writeStatus } = this.#request
    const tell = (status: number): void => callback(status < 0 ? systemError(status) : null)
    if (typeof writeStatus === 'number') tell(writeStatus)
    else this.#request.oncomplete = tell
  }
}

/** `failed`: nothing was written. */
export type Written = 'done' | 'failed' | BegunWrite

/**
 * Writes without a stream's bookkeeping. Node 20 and 22 make a request for every write, in case the kernel does not take all
 * of it, and every stream keeps account of what is under way. The kernel nearly always does take all of it: then the request
 * has not been used and serves the next write of any socket, and there is nothing to keep account of. For a lone Submit,
 * all that is a tenth of what serving it costs. Newer Node makes requests only where they are needed, and returns them.
 *
 * Node's own way of writing is `net.Socket._writeGeneric` around `StreamBase::Write` (node/src/stream_base.cc).
 */
export class DirectWriter {
  /** For the next write; null where Node makes one itself, undefined until a write of Node's own has shown which it is. */
  #spare: WriteRequest | null | undefined

  /** Whether `write` can be called. */
  get isReady(): boolean {
    return this.#spare !== undefined
  }

  /** To be called before Node writes to the handle by itself. */
  learnFrom(handle: WritableHandle): void {
    if (this.#spare !== undefined) return
    const shadowed = handle as { writeBuffer?: WritableHandle['writeBuffer'] }
    shadowed.writeBuffer = (request, bytes) => {
      delete shadowed.writeBuffer
      this.#spare = request === null ? null : another(request)
      return handle.writeBuffer(request, bytes)
    }
  }

  /** Writes to a handle on which no write is under way. */
  write(handle: WritableHandle, bytes: Uint8Array): Written {
    const request = this.#spare as WriteRequest | null
    const result = handle.writeBuffer(request, bytes)
    if (result !== 0) return typeof result === 'number' ? 'failed' : new BegunWrite(result, bytes)
    // Not by the length of the queue: libuv tries a second time, and may be rid of all before the request is free again.
    if (request === null || request.getAsyncId() < 0) return 'done'
    this.#spare = another(request)
    return new BegunWrite(request, bytes)
  }
}

function another(request: WriteRequest): WriteRequest {
  return new (request.constructor as new () => WriteRequest)()
}

function systemError(errno: number): Error {
  const code = getSystemErrorName(errno)
  return Object.assign(new Error(`write ${code}`), { errno, code, syscall: 'write' })
}

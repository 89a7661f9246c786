import { Socket, type SocketConstructorOpts } from 'node:net'
import { type BegunWrite, DirectWriter, type WritableHandle } from './direct-write.ts'
import type { PeerSocket, ReadTarget } from './peer-socket.ts'

/**
 * The one place that touches a private field of Node: `socket._handle`.
 *
 * `net.Socket` has an option, `onread`, by which its owner names the memory of the next read, so that nothing is allocated
 * for a read and its size is the owner's choice. It can only be given when the socket is made, and an accepted socket is
 * made by Node. So the server is told `pauseOnConnect`, the handle is taken out of the accepted socket before anything was
 * read, and a socket with `onread` is made around it.
 */

/** The system's end of a connection, without a socket of Node around it. */
export interface Handle extends WritableHandle {
  close(): void
}

interface SocketInternals {
  _handle: Handle | null
}

interface OnReadOptions extends SocketConstructorOpts {
  handle: Handle
  writableHighWaterMark: number
  onread: typeof onread
}

/**
 * Node calls the buffer function without saying for which socket, but only in two places: inside the constructor, and
 * right after the read callback of the same socket. So the target of either is the one noted last, and no socket needs
 * closures of its own.
 */
let noted: ReadTarget

const onread = {
  buffer: (): Uint8Array => noted.nextBuffer() as Uint8Array,
  // Named, as it is at the bottom of most stacks of a profile.
  callback: function onSocketRead(this: unknown, length: number): boolean {
    noted = (this as AdoptedSocket).target
    return noted.onRead(length)
  }
}

const direct = new DirectWriter()

/** A socket around an accepted handle, whose reads go to its target. */
export class AdoptedSocket extends Socket implements PeerSocket {
  readonly target: ReadTarget
  readonly keepsWrites = false
  /** As `_handle`, which is slow to ask for: its getter looks a symbol up in sockets of every kind. Null once writing failed. */
  #handle: Handle | null
  /** Of what the stream is just being told. */
  #begun: BegunWrite | null = null

  private constructor(options: OnReadOptions, target: ReadTarget) {
    noted = target
    super(options)
    this.target = target
    this.#handle = this.destroyed ? null : options.handle
  }

  /**
   * What the kernel takes at once passes the stream by. Otherwise the stream is told of it as of any write: it counts what
   * is not sent yet, and holds back what comes later.
   */
  send(bytes: Uint8Array): void {
    const handle = this.#handle
    if (handle !== null && this.writableLength === 0 && !this.writableEnded && direct.isReady) {
      const written = direct.write(handle, bytes)
      if (written === 'done') return
      // The stream tries it again, and tells of the error. Nothing may overtake that.
      if (written === 'failed') this.#handle = null
      else this.#begun = written
    }
    this.write(bytes)
  }

  override _write(chunk: Uint8Array, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (this.#begun !== null) {
      this.#begun.whenDone(error => callback(this.destroyed ? null : error))
      this.#begun = null
      return
    }
    if (this.#handle !== null) direct.learnFrom(this.#handle)
    super._write(chunk, encoding, callback)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // A socket can be destroyed by its constructor, before it has fields.
    if (#handle in this) this.#handle = null
    super._destroy(error, callback)
  }

  /** Takes the handle out of a socket accepted by a server with `pauseOnConnect`; null when its peer has gone already. */
  static adopt(accepted: Socket, target: ReadTarget, highWaterBytes: number): AdoptedSocket | null {
    const handle = takeHandle(accepted)
    if (handle === null) return null
    return new AdoptedSocket({ handle, allowHalfOpen: true, writableHighWaterMark: highWaterBytes, onread }, target)
  }
}

/** Leaves the accepted socket empty; null when its peer has gone already. */
export function takeHandle(accepted: Socket): Handle | null {
  const internals = accepted as unknown as SocketInternals
  const handle = internals._handle
  internals._handle = null
  // Destroyed, or its server would count it for ever and never finish closing.
  accepted.destroy()
  return handle
}

/** A socket around a handle that another process has accepted, as a server with `pauseOnConnect` would have made it. */
export function acceptedSocket(handle: Handle): Socket {
  return new Socket({ handle, allowHalfOpen: true, pauseOnCreate: true } as SocketConstructorOpts)
}

/** What a server needs so that its sockets can be adopted. */
export const adoptableServerOptions = { pauseOnConnect: true, allowHalfOpen: true } as const satisfies object

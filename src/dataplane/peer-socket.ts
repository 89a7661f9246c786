import type { Socket } from 'node:net'

/** Who names the memory of each read and takes what came. */
export interface ReadTarget {
  /** Memory for the next read; undefined keeps the memory of the one before. The first call must name some. */
  nextBuffer(): Uint8Array | undefined
  /** `length` bytes have come into that memory. Returns false to stop reading until `socket.resume()`. */
  onRead(length: number): boolean
}

/** A socket that reads into its target's memory. */
export interface PeerSocket extends Socket {
  readonly target: ReadTarget
  /** As `write`, for bytes that nobody waits for the end of. */
  send(bytes: Uint8Array): void
  /** What is written must be the socket's own: it may look at it after the kernel has taken all there was. */
  readonly keepsWrites: boolean
}

import type { TLSSocket } from 'node:tls'
import type { PeerSocket, ReadTarget } from './peer-socket.ts'

/**
 * Lets a TLS socket read into its target's memory. What was deciphered lies in memory of Node's and is copied from there,
 * piece by piece as the target asks: a piece counts as a read, though the system calls are TLS's own affair.
 */
export function securePeer(socket: TLSSocket, target: ReadTarget): PeerSocket {
  let area = target.nextBuffer() as Uint8Array
  socket.on('data', function onDeciphered(chunk: Buffer) {
    for (let at = 0; at < chunk.byteLength; ) {
      const piece = chunk.subarray(at, at + area.byteLength)
      area.set(piece)
      at += piece.byteLength
      const readsOn = target.onRead(piece.byteLength)
      area = target.nextBuffer() ?? area
      if (socket.destroyed) return
      if (readsOn) continue
      socket.pause()
      if (at < chunk.byteLength) socket.unshift(chunk.subarray(at))
      return
    }
  })
  return Object.assign(socket, { target, send, keepsWrites: true })
}

function send(this: TLSSocket, bytes: Uint8Array): void {
  this.write(bytes)
}

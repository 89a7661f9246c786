import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

export interface ConnectionRoomOptions {
  /** Connections at once. */
  readonly most: number
}

/**
 * Keeps room for those who ask. Of more connections than may be, the one that the server has waited for longest is cut: that
 * has not sent a whole request, or has had its answer. So whoever opens many and says nothing, or says it slowly, keeps
 * nobody out.
 */
export const connectionRoom = fp(
  (app: FastifyInstance, { most }: ConnectionRoomOptions, done: () => void) => {
    const open = new Map<string, Socket>()
    /** Those that the server waits for, longest first. */
    const awaited = new Set<string>()

    // Of TLS too, before its handshake: the sockets of requests are others then, so both are known by their peer.
    app.server.on('connection', (socket: Socket) => {
      const peer = peerOf(socket)
      open.set(peer, socket)
      awaited.add(peer)
      socket.once('close', () => {
        if (open.get(peer) === socket) forget(peer)
      })
      if (open.size > most) cutLongestAwaited()
    })
    // The body has come by then.
    app.addHook('preValidation', async ({ raw }) => {
      awaited.delete(peerOf(raw.socket))
    })
    app.addHook('onSend', async ({ raw }) => {
      const peer = peerOf(raw.socket)
      // One that was refused before keeps its place.
      if (open.has(peer)) awaited.add(peer)
    })
    done()

    function cutLongestAwaited(): void {
      const [peer] = awaited
      if (peer === undefined) return
      open.get(peer)?.destroy()
      forget(peer)
      app.log.debug({ peer }, 'cut a connection that was waited for, to make room for another')
    }

    function forget(peer: string): void {
      open.delete(peer)
      awaited.delete(peer)
    }
  },
  { name: 'connection-room', fastify: '5.x' }
)

const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`

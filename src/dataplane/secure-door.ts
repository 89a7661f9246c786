import type { Socket } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { type TlsMaterial, tlsOptionsOf } from '../contract/tls.ts'

const HANDSHAKE_TIMEOUT_MS = 10_000

export interface SecureDoorEvents {
  onSecure(socket: TLSSocket, address: string): void
  /** The connection is gone, or about to be. */
  onFailed(address: string, port: number, detail: string): void
}

interface Handshake {
  readonly address: string
  readonly port: number
  error: Error | null
}

/**
 * Shakes hands with every connection that is handed to it. It listens nowhere: connections are accepted, and chosen,
 * elsewhere.
 *
 *   accepted --enter()--> shaking hands --> secure
 *                                      \--> failed: wrong, too slow, or gone
 */
export class SecureDoor {
  readonly #server: Server
  readonly #events: SecureDoorEvents
  /** By the peer's address and port: Node does not say which accepted socket a TLS socket was made of. */
  readonly #handshakes = new Map<string, Handshake>()

  /** Throws for a certificate or key that is none, or that do not belong together. */
  constructor(material: TlsMaterial, events: SecureDoorEvents) {
    this.#events = events
    this.#server = createServer({ ...tlsOptionsOf(material), handshakeTimeout: HANDSHAKE_TIMEOUT_MS })
    this.#server.on('secureConnection', socket => this.#onSecure(socket))
    this.#server.on('tlsClientError', (error, socket) => {
      const handshake = this.#handshakes.get(keyOf(socket))
      if (handshake !== undefined) handshake.error = error
      socket.destroy()
    })
  }

  /** From the next handshake on. Throws as the constructor does, and changes nothing. */
  use(material: TlsMaterial): void {
    this.#server.setSecureContext(tlsOptionsOf(material))
  }

  enter(accepted: Socket, address: string): void {
    const key = keyOf(accepted)
    const handshake: Handshake = { address, port: accepted.remotePort ?? 0, error: null }
    this.#handshakes.set(key, handshake)
    accepted.once('close', () => {
      if (!this.#handshakes.delete(key)) return
      this.#events.onFailed(address, handshake.port, inWords(handshake.error))
    })
    // Who ends in the middle of it has nothing left to be told.
    accepted.allowHalfOpen = false
    this.#server.emit('connection', accepted)
  }

  #onSecure(socket: TLSSocket): void {
    const key = keyOf(socket)
    const handshake = this.#handshakes.get(key)
    // Gone in the same moment; its end is told by the socket that was accepted.
    if (handshake === undefined) return void socket.destroy()
    this.#handshakes.delete(key)
    socket.allowHalfOpen = true
    this.#events.onSecure(socket, handshake.address)
  }
}

const keyOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress}:${remotePort}`

/** OpenSSL's reason without the address, file and line that it puts around it. */
function inWords(error: (Error & { reason?: string }) | null): string {
  return error === null ? 'the peer left during the TLS handshake' : `TLS handshake: ${error.reason ?? error.message}`
}

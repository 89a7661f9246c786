import { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

/** Browsers and most programs send a request when they have the answer to the one before. */
const MOST_WAITING = 16

/** The requests of one connection: one is answered, others wait for that. */
class Line {
  isAnswering = false
  readonly #waiting: (() => void)[] = []

  get isFull(): boolean {
    return this.#waiting.length >= MOST_WAITING
  }

  wait(): Promise<void> {
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  letNextIn(): void {
    this.isAnswering = false
    this.#waiting.shift()?.()
  }

  letAllIn(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

/**
 * Of requests that come without waiting for answers (RFC 9112, 9.3.2), each is handled when the answer to the one before has
 * been sent: they leave in this order anyway, and those that nobody reads would pile up in memory, hundreds for every read. A
 * connection with too many is cut.
 */
export const pipelining = fp(
  (app: FastifyInstance, _options: object, done: () => void) => {
    const lines = new WeakMap<Socket, Line>()
    // What Node would answer by itself, as often as it is sent, passes here like all else.
    app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))

    app.addHook('onRequest', async ({ raw: { socket } }, reply) => {
      // A request of a test has none.
      if (!(socket instanceof Socket)) return
      const line = lineOf(socket)
      if (line.isAnswering) {
        if (line.isFull) socket.destroy()
        else await line.wait()
        // Gone, or the answer before was the last one: this one would reach nobody.
        if (!socket.writable) return reply.hijack()
      }
      line.isAnswering = true
      // Whoever has waited for too long has been told so already.
      if (reply.raw.closed) line.letNextIn()
      else reply.raw.once('close', () => line.letNextIn())
    })
    done()

    function lineOf(socket: Socket): Line {
      const known = lines.get(socket)
      if (known !== undefined) return known
      const line = new Line()
      lines.set(socket, line)
      socket.once('close', () => line.letAllIn())
      return line
    }
  },
  { name: 'pipelining', fastify: '5.x' }
)

import { type AddressInfo, createServer } from 'node:net'
import { adoptableServerOptions, type Handle, takeHandle } from '../dataplane/socket-adapter.ts'
import { affordableConnections } from './file-descriptors.ts'

/** Connections of a burst that the kernel keeps until this process turns to them; its own bound (somaxconn) may be lower. */
const BACKLOG = 4096
/** Connections that wait for a worker. Beyond it they are ended: each holds a file descriptor of the primary. */
const mostWaiting = Math.min(4096, Math.ceil(affordableConnections() / 2))

/** Whoever serves connections. */
export interface Taker {
  /** It can be given a connection now. */
  readonly idle: boolean
  give(connection: Handle): void
}

/**
 * Owns the frame port and deals its connections out to the workers in turn. The port is the primary's, so it is open as
 * long as the server runs: while no worker serves, connections wait. A worker is given the next one when it has taken the
 * one before, so one that is stuck keeps no more than one.
 */
export class Acceptor {
  readonly #takers: () => readonly Taker[]
  readonly #onOverflow: (waiting: number) => void
  readonly #server = createServer(adoptableServerOptions, accepted => {
    const connection = takeHandle(accepted)
    if (connection !== null) this.offer(connection)
  })
  #waiting: Handle[] = []
  /** Who was given a connection last. */
  #last: Taker | undefined

  /** `takers` says who serves at the moment; `onOverflow` is told of each connection that was ended instead of waiting. */
  constructor(takers: () => readonly Taker[], onOverflow: (waiting: number) => void) {
    this.#takers = takers
    this.#onOverflow = onOverflow
    // An accept that failed, as for want of memory, has lost its connection and no more.
    this.#server.on('error', () => {})
  }

  /** Resolves with the port; rejects with the system's error. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ host, port, backlog: BACKLOG }, () => {
        this.#server.off('error', reject)
        resolve((this.#server.address() as AddressInfo).port)
      })
    })
  }

  /** A connection that is nobody's. */
  offer(connection: Handle): void {
    if (this.#waiting.length < mostWaiting && this.#server.listening) {
      this.#waiting.push(connection)
      this.deal()
    } else {
      connection.close()
      if (this.#server.listening) this.#onOverflow(this.#waiting.length)
    }
  }

  /** Deals out what waits. To be called whenever a worker becomes able to take a connection. */
  deal(): void {
    while (this.#waiting.length > 0) {
      const taker = this.#next()
      if (taker === undefined) return
      this.#last = taker
      taker.give(this.#waiting.shift() as Handle)
    }
  }

  /** Accepts nothing more; who waits is ended. */
  close(): void {
    this.#server.close()
    for (const connection of this.#waiting) connection.close()
    this.#waiting = []
  }

  /** The first idle one behind the one that was served last. */
  #next(): Taker | undefined {
    const takers = this.#takers()
    const begin = this.#last === undefined ? 0 : takers.indexOf(this.#last) + 1
    const inTurn = [...takers.slice(begin), ...takers.slice(0, begin)]
    return inTurn.find(({ idle }) => idle)
  }
}

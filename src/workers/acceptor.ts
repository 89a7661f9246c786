import { type AddressInfo, createServer } from 'node:net'
import { performance } from 'node:perf_hooks'
import { networkOf } from '../contract/network-of.ts'
import { adoptableServerOptions, type Handle, takeHandle } from '../dataplane/socket-adapter.ts'
import { FairQueue } from './fair-queue.ts'
import { affordableConnections } from './file-descriptors.ts'

/** Connections of a burst that the kernel keeps until this process turns to them; its own bound (somaxconn) may be lower. */
const BACKLOG = 4096
/**
 * Connections that wait for a worker: all the clients of a large service that come back at the same moment. Beyond it they
 * are ended, since each holds a file descriptor of the primary.
 */
const mostWaiting = Math.min(16_384, Math.ceil(affordableConnections() / 2))
/** When there is little room left, it is for addresses of which few wait. */
const LITTLE_ROOM = 1 / 16
const FEW_WAITING = 16

/** A worker that takes longer than this over a connection is stuck, and is waited for no more. */
const PATIENCE_MS = 500
/** No connection waits longer than this for a worker that is slow, as long as another one is not. */
const LONGEST_WAIT_MS = 1000
/** By so many connections, or by this part of them, a worker may be ahead of one that is slower to take them. */
const LEAD = 1
const LEAD_PART = 0.1

/** Whoever serves connections. */
export interface Taker {
  /** Those it has, with the one on its way to it. */
  readonly connections: number
  /** How long it has been taking the one that it was given; null when it can be given another. */
  readonly takingMs: number | null
  /** When it is full it gives the connection back, as long as others are left to be asked; else it turns it away. */
  give(connection: Handle, areOthersLeft: boolean): void
}

interface Waiting {
  readonly connection: Handle
  readonly network: string
  readonly sinceMs: number
  /** Who has given it back. */
  readonly refusers: readonly Taker[]
}

/**
 * Owns the frame port and deals its connections out, each to the worker that has the fewest. The port is the primary's, so
 * it is open as long as the server runs: while no worker serves, connections wait. A worker is given the next one when it
 * has taken the one before, so one that is stuck keeps no more than one. Addresses take turns: one that floods waits for itself.
 */
export class Acceptor {
  readonly #takers: () => readonly Taker[]
  readonly #onOverflow: (waiting: number) => void
  readonly #server = createServer(adoptableServerOptions, accepted => {
    const network = networkOf(accepted.remoteAddress ?? '')
    const connection = takeHandle(accepted)
    if (connection !== null) this.#offer(connection, network, [])
  })
  readonly #waiting = new FairQueue<Waiting>()
  /** What was given to a taker, who may give it back. */
  readonly #given = new WeakMap<Handle, Waiting>()
  /** Who was given a connection last. */
  #last: Taker | undefined
  #patience: NodeJS.Timeout | undefined

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

  /** The taker has not taken it: it is full, or about to end. Others are asked before it is asked again. */
  takeBack(connection: Handle, refuser: Taker): void {
    const given = this.#given.get(connection)
    if (given === undefined) connection.close()
    else this.#offer(connection, given.network, [...given.refusers, refuser])
  }

  /** Deals out what waits. To be called whenever a worker becomes able to take a connection. */
  deal(): void {
    for (let { first } = this.#waiting; first !== undefined; { first } = this.#waiting) {
      const moving = this.#inTurn().filter(({ takingMs }) => takingMs === null || takingMs < PATIENCE_MS)
      const { connection, refusers, sinceMs } = first
      const unasked = moving.filter(taker => !refusers.includes(taker))
      const isUrgent = performance.now() - sinceMs > LONGEST_WAIT_MS
      const taker = choose(unasked.length > 0 ? unasked : moving, isUrgent)
      if (taker === undefined) {
        this.#patience ??= setTimeout(() => this.#onPatienceEnded(), PATIENCE_MS).unref()
        return
      }
      this.#last = taker
      this.#waiting.shift()
      this.#given.set(connection, first)
      taker.give(connection, unasked.length > 1)
    }
  }

  /** Accepts nothing more; who waits is ended. */
  close(): void {
    this.#server.close()
    clearTimeout(this.#patience)
    for (const { connection } of this.#waiting.takeAll()) connection.close()
  }

  /** A connection that is nobody's. */
  #offer(connection: Handle, network: string, refusers: readonly Taker[]): void {
    if (this.#server.listening && this.#hasRoomFor(network)) {
      this.#waiting.push(network, { connection, network, refusers, sinceMs: performance.now() })
      this.deal()
    } else {
      connection.close()
      if (this.#server.listening) this.#onOverflow(this.#waiting.length)
    }
  }

  #hasRoomFor(network: string): boolean {
    const room = mostWaiting - this.#waiting.length
    return room > mostWaiting * LITTLE_ROOM || (room > 0 && this.#waiting.lengthOf(network) < FEW_WAITING)
  }

  #onPatienceEnded(): void {
    this.#patience = undefined
    this.deal()
  }

  /** From the one behind the one that was served last. */
  #inTurn(): readonly Taker[] {
    const takers = this.#takers()
    const begin = this.#last === undefined ? 0 : takers.indexOf(this.#last) + 1
    return [...takers.slice(begin), ...takers.slice(0, begin)]
  }
}

/**
 * Of those that can take a connection the first one of those with the fewest. Nobody while they are ahead of one that is
 * only slow, unless it is urgent: whoever is quick would end up with most.
 */
function choose(takers: readonly Taker[], isUrgent: boolean): Taker | undefined {
  const fewest = Math.min(...takers.map(({ connections }) => connections))
  const most = isUrgent ? Number.POSITIVE_INFINITY : fewest + Math.max(LEAD, fewest * LEAD_PART)
  const idle = takers.filter(({ takingMs, connections }) => takingMs === null && connections < most)
  return idle.sort((a, b) => a.connections - b.connections)[0]
}

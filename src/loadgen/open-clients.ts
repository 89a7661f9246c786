import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { LoadClient, type LoadPeers } from './load-client.ts'
import type { LoadTls } from './load-definition.ts'

/**
 * The faster they come, the sooner a server's accept queue is full, and what is dropped there is tried again a second
 * later.
 */
export const CONNECTING_AT_ONCE = 128

const LONGEST_STEP_MS = 50

/** Not one connection could be opened. */
export class LoadConnectError extends Error {
  readonly code = 'FRAMELAB_LOAD_CONNECT'
  readonly host: string
  readonly port: number

  constructor(host: string, port: number, cause: Error) {
    super(`could not connect to ${host}:${port}: ${reasonOf(cause)}`, { cause })
    this.name = 'LoadConnectError'
    this.host = host
    this.port = port
  }
}

/** A host name that leads to several addresses fails with an error for each and no message of its own. */
function reasonOf(error: Error): string {
  return error.message || (error instanceof AggregateError && reasonOf(error.errors[0] as Error)) || String(error)
}

export interface OpenOptions {
  readonly host: string
  readonly port: number
  readonly tls?: LoadTls | undefined
  readonly connections: number
  /** The number of the first, from which the others count on. */
  readonly firstConnection?: number
  /** They are spread evenly over this time. */
  readonly rampMs?: number
  /** No more are opened once this says so. */
  isOver(): boolean
  onOpen?(client: LoadClient): void
}

/**
 * Opens the connections, a bounded number at a time, adding each to `clients` when it begins to connect. Those that
 * fail are counted; when the very first one fails, nothing else is tried and LoadConnectError is thrown.
 */
export async function openClients(peers: LoadPeers, clients: Set<LoadClient>, options: OpenOptions): Promise<void> {
  const { port, tls, connections, firstConnection = 0, rampMs = 0, isOver, onOpen } = options
  const { tally } = peers
  const open = async (address: string, connection: number): Promise<LoadClient> => {
    const client = new LoadClient(peers, firstConnection + connection, { name: options.host, address, port, tls })
    clients.add(client)
    await client.whenOpen()
    onOpen?.(client)
    return client
  }

  // The first finds out which of a name's addresses answers: asking for each anew would be slow, and might split the
  // load.
  let host = options.host
  try {
    host = (await open(host, 0)).address ?? host
  } catch (error) {
    if (isOver()) return
    tally.errors.connect = connections
    throw new LoadConnectError(options.host, port, error as Error)
  }
  const beganMs = performance.now()
  let next = 1
  const openSome = async (): Promise<void> => {
    while (next < connections && !isOver()) {
      const connection = next++
      await until(beganMs + (rampMs * connection) / connections, isOver)
      if (isOver()) return
      try {
        await open(host, connection)
      } catch (error) {
        if (!isOver()) tally.fault('connect', `connection ${connection}: ${reasonOf(error as Error)}`)
      }
    }
  }
  await Promise.all(Array.from({ length: CONNECTING_AT_ONCE }, openSome))
}

/** In short steps, because a run that is over should not be waited for. */
async function until(timeMs: number, isOver: () => boolean): Promise<void> {
  for (;;) {
    const leftMs = timeMs - performance.now()
    if (leftMs <= 0 || isOver()) return
    await sleep(Math.min(leftMs, LONGEST_STEP_MS))
  }
}

import type { TestContext } from 'node:test'
import { type PresetName, presetSwitches, type Switches } from '../../src/contract/optimizations.ts'
import { admissionReasons } from '../../src/contract/reasons.ts'
import type { WorkerTotals } from '../../src/contract/snapshot.ts'
import type { TlsMaterial } from '../../src/contract/tls.ts'
import { FrameServer, type Refusal } from '../../src/dataplane/frame-server.ts'
import type { Limits } from '../../src/dataplane/limits.ts'
import { acceptEverySubmit, type Submit, type SubmitHandler } from '../../src/dataplane/submit-handler.ts'
import { SubmitProtocol } from '../../src/dataplane/submit-protocol.ts'
import type { Protocol } from '../../src/protocol/protocol.ts'
import type { Dialect } from './frames.ts'
import { Peer } from './peer.ts'
import { until } from './until.ts'

/** Roomy limits and long timeouts, so that a test meets only the limit that it sets itself. */
export const roomyLimits: Limits = {
  maxConnections: 10_000,
  maxConnectionsPerAddress: 0,
  maxConnectionRatePerAddress: 0,
  allowNetworks: [],
  denyNetworks: [],
  readBufferBytes: 64 * 1024,
  highWaterBytes: 64 * 1024,
  maxOwedBytes: 1024 * 1024,
  frameTimeoutMs: 60_000,
  idleTimeoutMs: 0,
  drainTimeoutMs: 60_000,
  lingerTimeoutMs: 60_000,
  keepAliveMs: 0
}

export interface FrameServerSetup {
  readonly switches?: PresetName | Switches
  readonly limits?: Partial<Limits>
  /** How many closed connections are remembered. */
  readonly closedKept?: number
  /** For the built-in protocol. */
  readonly handler?: SubmitHandler
  readonly dialect?: Dialect
  readonly maxFrameBytes?: number
  readonly poolGuard?: boolean
  readonly tls?: TlsMaterial
  /** Instead of the built-in protocol. */
  readonly protocol?: Protocol
}

export interface ServedFrames {
  readonly server: FrameServer
  readonly port: number
  readonly totals: WorkerTotals
  readonly refusals: Refusal[]
  readonly handlerErrors: unknown[]
  readonly faults: unknown[]
  /** A peer that reads, from one of the addresses of the loopback. */
  connect(localAddress?: string): Promise<Peer>
  connectMany(count: number): Promise<Peer[]>
  /** A peer that does not read until it is told to. */
  connectDeaf(): Promise<Peer>
  /** Ends when no connection is left. */
  untilEmpty(): Promise<void>
}

/** A frame server on a free port. The server and the peers it made are gone when the test is over. */
export async function startFrameServer(t: TestContext, setup: FrameServerSetup = {}): Promise<ServedFrames> {
  const handlerErrors: unknown[] = []
  const refusals: Refusal[] = []
  const faults: unknown[] = []
  const peers: Peer[] = []
  const protocol =
    setup.protocol ??
    new SubmitProtocol({
      handler: setup.handler ?? acceptEverySubmit,
      dialect: setup.dialect ?? 'compiled',
      maxFrameBytes: setup.maxFrameBytes ?? 1024 * 1024,
      poolGuard: setup.poolGuard ?? false,
      onHandlerError: error => {
        handlerErrors.push(error)
        server.countHandlerError()
      }
    })
  const { switches = 'pooled' } = setup
  const server = new FrameServer({
    worker: 1,
    incarnation: 0,
    protocol,
    limits: { ...roomyLimits, ...setup.limits },
    tls: setup.tls ?? null,
    ...(setup.closedKept === undefined ? {} : { closedKept: setup.closedKept }),
    switches: typeof switches === 'string' ? presetSwitches(switches) : switches,
    onRefusal: refusal => refusals.push(refusal),
    onFault: (_connection, error) => faults.push(error)
  })
  const port = await server.listen({ port: 0, host: '127.0.0.1' })
  const { totals } = server.snapshot()
  const decided = (): number =>
    admissionReasons.reduce((sum, reason) => sum + totals.refused[reason], totals.connectionsAccepted)
  const connectDeaf = async (localAddress?: string): Promise<Peer> => {
    const acceptedBefore = decided()
    const peer = await Peer.connect(port, localAddress)
    peers.push(peer)
    await until(() => decided() > acceptedBefore, 'the peer is accepted, or turned away')
    return peer
  }
  const connect = async (localAddress?: string): Promise<Peer> => (await connectDeaf(localAddress)).read()
  // One by one: each is known to be accepted when the next one comes.
  const connectMany = async (count: number): Promise<Peer[]> => {
    const connected: Peer[] = []
    while (connected.length < count) connected.push(await connect())
    return connected
  }
  const untilEmpty = (): Promise<void> => until(() => totals.connectionsOpen === 0, 'no connection is left')
  t.after(async () => {
    for (const peer of peers) peer.socket.destroy()
    server.close()
    await untilEmpty()
  })
  return {
    server,
    port,
    totals,
    refusals,
    handlerErrors,
    faults,
    connect,
    connectMany,
    connectDeaf,
    untilEmpty
  }
}

/** A handler that promises to answer at once. */
export function synchronously(handle: SubmitHandler['handle']): SubmitHandler {
  return { name: 'test', synchronous: true, handle }
}

/** A handler that may take its time. */
export function inItsTime(handle: (submit: Submit) => number | Promise<number>): SubmitHandler {
  return { name: 'test', synchronous: false, handle }
}

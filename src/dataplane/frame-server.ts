import { type AddressInfo, createServer, type ListenOptions, type Server, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import type { Switches } from '../contract/optimizations.ts'

import type { AdmissionReason, RefusalReason } from '../contract/reasons.ts'
import { type DataPlaneSnapshot, noTotals, type WorkerTotals } from '../contract/snapshot.ts'

import type { TlsMaterial } from '../contract/tls.ts'

import type { Protocol } from '../protocol/protocol.ts'
import type { ProtocolError } from '../protocol/protocol-error.ts'
import { LatencyHistogram } from '../telemetry/latency-histogram.ts'
import { CoalescedWriter, ImmediateWriter } from './ack-writer.ts'
import { Admission } from './admission.ts'
import { Connection, type Plane } from './connection.ts'
import { ConnectionDirectory } from './connection-directory.ts'
import { ConnectionRegistry } from './connection-registry.ts'
import { ConnectionTraces } from './connection-traces.ts'
import { drainConnections } from './drain.ts'
import { type Limits, limitInWords } from './limits.ts'
import type { PeerSocket } from './peer-socket.ts'
import { HEADROOM_BYTES, ReadBuffer } from './read-buffer.ts'
import { bufferedReader, exactReader } from './readers.ts'
import { SecureDoor } from './secure-door.ts'
import { securePeer } from './secure-socket.ts'
import { SlowestBatch } from './slowest-batch.ts'
import { AdoptedSocket, adoptableServerOptions } from './socket-adapter.ts'
import { TimeoutWatch } from './timeout-watch.ts'

const batchBoundsSeconds = [
  0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 1
]
const batchBoundsNanoseconds = batchBoundsSeconds.map(bound => bound * 1e9)

/** Unless told otherwise. */
const CLOSED_KEPT = 10_000

/** What became of a peer that was turned away, for the log. */
export interface Refusal {
  readonly connection: string | null
  readonly peer: string
  readonly reason: RefusalReason
  /** Of a stream that broke a rule of the protocol. */
  readonly error: ProtocolError | null
  /** Rule, value and place in words. */
  readonly detail: string
}

export interface FrameServerOptions {
  readonly worker: number
  /** How often this worker was started before: it keeps connection ids unique over restarts. */
  readonly incarnation: number
  readonly protocol: Protocol
  readonly limits: Limits
  readonly switches: Switches
  /** Frames come by TLS; absent or null is plain TCP. */
  readonly tls?: TlsMaterial | null
  /** How many connections are remembered once they have closed. */
  readonly closedKept?: number
  onRefusal(refusal: Refusal): void
  /** A session threw what is no ProtocolError. Its connection is closed as `internal_error`. */
  onFault(connection: string, error: unknown): void
}

/** The data plane of one worker: accepts connections and serves a protocol on them, as the switches say. */
export class FrameServer {
  /** What can be asked about the connections. */
  readonly directory: ConnectionDirectory
  readonly traces: ConnectionTraces
  readonly #protocol: Protocol
  readonly #limits: Limits
  readonly #admission: Admission
  readonly #secureDoor: SecureDoor | null
  readonly #registry = new ConnectionRegistry()
  /** Only of a server that listens by itself. */
  #server: Server | undefined
  readonly #totals: WorkerTotals = noTotals()
  /** From a read's callback to its last write, in nanoseconds. */
  readonly batchDurations = new LatencyHistogram()
  readonly #slowestBatch = new SlowestBatch()
  readonly #coalescedWriter: CoalescedWriter
  readonly #immediateWriter: ImmediateWriter
  readonly #plane: Plane
  readonly #onRefusal: (refusal: Refusal) => void
  #noDelay = true
  readonly #timeoutWatch: TimeoutWatch

  constructor(options: FrameServerOptions) {
    this.#protocol = options.protocol
    this.#limits = options.limits
    this.#admission = new Admission(options.limits)
    this.#timeoutWatch = new TimeoutWatch(this.#registry, options.limits)
    this.directory = new ConnectionDirectory(this.#registry, options.closedKept ?? CLOSED_KEPT)
    this.traces = new ConnectionTraces(this.#registry, options.protocol)
    this.#onRefusal = options.onRefusal
    this.#coalescedWriter = new CoalescedWriter(HEADROOM_BYTES + options.limits.readBufferBytes, this.#totals)
    this.#immediateWriter = new ImmediateWriter(this.#totals)
    this.#plane = {
      worker: options.worker,
      idPrefix: options.incarnation === 0 ? `${options.worker}` : `${options.worker}.${options.incarnation}`,
      protocol: options.protocol,
      limits: options.limits,
      buffer: new ReadBuffer(options.limits.readBufferBytes),
      totals: this.#totals,
      batchDurations: this.batchDurations,
      slowestBatch: this.#slowestBatch,
      reader: bufferedReader,
      writer: this.#coalescedWriter,
      onRefused: (connection, reason, error) =>
        this.#onRefusal({
          connection: connection.id,
          peer: `${connection.address}:${connection.port}`,
          reason,
          error,
          detail: error?.message ?? limitInWords(reason, options.limits)
        }),
      onFault: (connection, error) => options.onFault(connection.id, error),
      onClosing: connection => this.#registry.markClosing(connection),
      onClosed: (connection, reason) => {
        this.#registry.remove(connection)
        this.#admission.leave(connection.address)
        this.directory.remember(connection, reason)
        this.#totals.connectionsOpen--
        this.#totals.closed[reason]++
      }
    }
    this.applySwitches(options.switches)
    this.#secureDoor = options.tls ? this.#openSecureDoor(options.tls) : null
  }

  /** From now on connections may be given to `accept`. */
  start(): void {
    this.#timeoutWatch.start()
    this.directory.start()
  }

  /** Serves all connections of a port. Resolves with it; rejects when the address cannot be had. */
  listen(options: ListenOptions): Promise<number> {
    // Asked a second time, the same one says that it listens already.
    this.#server ??= createServer(adoptableServerOptions, accepted => this.accept(accepted))
    const server = this.#server
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(options, () => {
        server.off('error', reject)
        this.start()
        resolve((server.address() as AddressInfo).port)
      })
    })
  }

  /** Takes effect on every live connection between two frames. Nothing is lost: no batch is under way here. */
  applySwitches(switches: Switches): void {
    this.#plane.reader = switches.bufferedReader ? bufferedReader : exactReader
    this.#plane.writer = switches.coalescedWriter ? this.#coalescedWriter : this.#immediateWriter
    this.#protocol.applySwitches(switches)
    if (switches.noDelay !== this.#noDelay) {
      this.#noDelay = switches.noDelay
      for (const { socket } of this.#registry) socket.setNoDelay(switches.noDelay)
    }
  }

  /** The certificate of the next handshakes. Throws for one that is none, and keeps the one before. */
  useTls(material: TlsMaterial): void {
    this.#secureDoor?.use(material)
  }

  /**
   * Stops accepting, answers what has come, ends every connection and resolves when all are gone, at the deadline at the
   * latest.
   */
  async drain(deadlineMs: number): Promise<void> {
    this.#server?.close()
    await drainConnections(this.#registry, deadlineMs)
    this.close()
  }

  /** Ends everything now. */
  close(): void {
    this.#server?.close()
    this.#timeoutWatch.stop()
    this.directory.stop()
    for (const connection of this.#registry) connection.destroy('server_drained')
  }

  snapshot(): DataPlaneSnapshot {
    return {
      totals: this.#totals,
      batches: {
        boundsSeconds: batchBoundsSeconds,
        counts: this.batchDurations.cumulativeCounts(batchBoundsNanoseconds),
        count: this.batchDurations.count,
        sumSeconds: this.batchDurations.sum / 1e9
      },
      slowestBatch: this.#slowestBatch.take()
    }
  }

  countHandlerError(): void {
    this.#totals.handlerErrors++
  }

  /** As many connections are open as may be. */
  get isFull(): boolean {
    return this.#admission.isFull
  }

  /** Serves a connection that was accepted with `adoptableServerOptions`, or ends it as one too many. */
  accept(accepted: Socket): void {
    const { remoteAddress: address } = accepted
    // Gone already. Let in without an address, it could not be counted among those from there.
    if (address === undefined) {
      accepted.destroy()
      return
    }
    const reason = this.#admission.enter(address, performance.now())
    if (reason !== null) {
      this.#turnAway(accepted, reason)
      return
    }
    if (this.#secureDoor !== null) {
      this.#secureDoor.enter(accepted, address)
      return
    }
    const connection = new Connection(this.#plane, this.#registry.nextSequence())
    const socket = AdoptedSocket.adopt(accepted, connection, this.#limits.highWaterBytes)
    if (socket === null) this.#admission.leave(address)
    else this.#serve(connection, socket, address)
  }

  #serve(connection: Connection, socket: PeerSocket, address: string): void {
    connection.attach(socket, address)
    if (this.#noDelay) socket.setNoDelay(true)
    if (this.#limits.keepAliveMs > 0) socket.setKeepAlive(true, this.#limits.keepAliveMs)
    this.#registry.add(connection)
    this.#totals.connectionsAccepted++
    this.#totals.connectionsOpen++
  }

  #openSecureDoor(material: TlsMaterial): SecureDoor {
    return new SecureDoor(material, {
      onSecure: (socket, address) => {
        const connection = new Connection(this.#plane, this.#registry.nextSequence())
        this.#serve(connection, securePeer(socket, connection), address)
      },
      onFailed: (address, port, detail) => {
        this.#admission.leave(address)
        this.#totals.refused.tls_failed++
        const peer = `${address}:${port}`
        this.#onRefusal({ connection: null, peer, reason: 'tls_failed', error: null, detail })
      }
    })
  }

  #turnAway(accepted: Socket, reason: AdmissionReason): void {
    this.#totals.refused[reason]++
    const peer = `${accepted.remoteAddress}:${accepted.remotePort}`
    this.#onRefusal({ connection: null, peer, reason, error: null, detail: limitInWords(reason, this.#limits) })
    accepted.destroy()
  }
}

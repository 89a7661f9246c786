import type { CloseReason, RefusalReason } from '../contract/reasons.ts'
import type { CloseMode, ConnectionState, Traffic, WorkerTotals } from '../contract/snapshot.ts'
import { FrameAssembler, type StreamAssembler } from '../protocol/frame-assembler.ts'
import type { AnswerWriter, Link, Protocol, Session } from '../protocol/protocol.ts'
import { ProtocolError } from '../protocol/protocol-error.ts'
import { monotonicMs } from '../telemetry/clock.ts'
import type { LatencyHistogram } from '../telemetry/latency-histogram.ts'
import type { BatchWriter, WriteTarget } from './ack-writer.ts'
import type { Limits } from './limits.ts'
import type { ListedConnection } from './listed-connection.ts'
import type { PeerSocket, ReadTarget } from './peer-socket.ts'
import { NO_SLOT } from './rate-windows.ts'
import { HEADROOM_BYTES, type ReadBuffer } from './read-buffer.ts'
import type { Reader } from './readers.ts'
import type { SlowestBatch } from './slowest-batch.ts'
import { StallClock } from './stall-clock.ts'
import { type StreamWatcher, WatchedAssembler } from './watched-assembler.ts'

/** What may be read from one connection in a turn of the event loop, give or take a read. */
const MOST_TURN_BYTES = 128 * 1024

/** What all connections of a worker share. */
export interface Plane {
  readonly worker: number
  /** What the ids of this worker's connections begin with. */
  readonly idPrefix: string
  readonly protocol: Protocol
  readonly limits: Limits
  readonly buffer: ReadBuffer
  readonly totals: WorkerTotals
  /** Nanoseconds from a read's callback to its last write. */
  readonly batchDurations: LatencyHistogram
  readonly slowestBatch: SlowestBatch
  reader: Reader
  writer: BatchWriter
  onRefused(connection: Connection, reason: RefusalReason, error: ProtocolError | null): void
  onClosing(connection: Connection): void
  onClosed(connection: Connection, reason: CloseReason): void
  onFault(connection: Connection, error: unknown): void
}

/**
 * One peer: its socket, its place in the stream, its counters.
 *
 *   open --drain()--> draining --end()--> closing --> closed
 *     \________________end()_____________^
 *
 *   open, draining   frames are read and answered
 *   closing          what was answered has been sent, then FIN; what still comes is thrown away until the peer ends too,
 *                    because closing at once would answer unread bytes with a reset, and a reset destroys acks in flight
 */
export class Connection implements ReadTarget, WriteTarget, Link, ListedConnection {
  readonly sequence: number
  readonly openedAtMs = monotonicMs()
  readonly closedAtMs = null
  readonly stalls = new StallClock()
  readonly traffic: Traffic = { framesReceived: 0, framesSent: 0, bytesReceived: 0, bytesSent: 0, reads: 0, writes: 0 }
  socket!: PeerSocket
  state: ConnectionState = 'open'
  address = ''
  port = 0
  /** Never without a value: a field that was is one of any kind for V8, and every number in it a new object. */
  lastReadMs = this.openedAtMs
  /** Where the samples are that its rates are made of. */
  rateSlot = NO_SLOT
  readonly #plane: Plane
  readonly #session: Session
  #assembler: StreamAssembler
  /** The memory that the next read goes to, as the socket knows it. */
  #armed: Uint8Array | null = null
  /** Read since the last turn that was cut short, in reads that filled their buffer. */
  #turnBytes = 0
  #peerEnded = false
  /** No more frames are taken; the connection ends once those that were are answered. */
  #sessionOver = false
  #reason: CloseReason | null = null
  /** When the frame that is not whole yet began; 0 when there is none. */
  #frameBeganMs = 0
  /** When reading stopped because answers are not taken or handlers not done; 0 while reading. */
  #pausedMs = 0
  #closingMs = 0
  /** When it was to be ended once all is answered; 0 when it is not. */
  #overMs = 0

  constructor(plane: Plane, sequence: number) {
    this.#plane = plane
    this.sequence = sequence
    this.#assembler = new FrameAssembler(plane.protocol)
    this.#session = plane.protocol.open(this)
  }

  /** The socket's listeners are shared functions: 10,000 idle connections should not hold 40,000 closures. */
  attach(socket: PeerSocket, address: string): void {
    this.socket = socket
    this.address = address
    this.port = socket.remotePort ?? 0
    socket.on('end', onEnd)
    socket.on('drain', onDrain)
    socket.on('error', onError)
    socket.on('close', onClose)
  }

  get id(): string {
    return `${this.#plane.idPrefix}-${this.sequence}`
  }

  get worker(): number {
    return this.#plane.worker
  }

  get answers(): AnswerWriter {
    return this.#plane.writer
  }

  get pendingBytes(): number {
    return this.socket.writableLength
  }

  /** Why it ends; null as long as it does not. */
  get reason(): CloseReason | null {
    return this.#reason
  }

  nextBuffer(): Uint8Array | undefined {
    const { reader, buffer } = this.#plane
    const isOver = this.state === 'closing' || this.#sessionOver
    const next = isOver ? buffer.area : reader.nextBuffer(buffer, this.#assembler)
    if (next === this.#armed) return undefined
    this.#armed = next
    return next
  }

  onRead(length: number): boolean {
    const plane = this.#plane
    const { traffic, socket } = this
    const { totals, writer } = plane
    const beganMs = monotonicMs()
    this.lastReadMs = beganMs
    traffic.reads++
    traffic.bytesReceived += length
    totals.reads++
    totals.bytesReceived += length
    if (this.state === 'closing' || this.#sessionOver) return true

    const assembler = this.#assembler
    const session = this.#session
    const framesBefore = session.frames
    writer.begin(this)
    try {
      const end = HEADROOM_BYTES + length
      if (!assembler.push(plane.buffer.octets, HEADROOM_BYTES, end, HEADROOM_BYTES, session)) this.#sessionOver = true
      writer.flush()
    } catch (error) {
      writer.flush()
      this.#fail(error)
    }
    const frames = session.frames - framesBefore
    if (frames > 0) {
      traffic.framesReceived += frames
      totals.framesReceived += frames
      const nanoseconds = (monotonicMs() - beganMs) * 1e6
      plane.batchDurations.record(nanoseconds)
      if (nanoseconds > plane.slowestBatch.nanoseconds) plane.slowestBatch.replace(nanoseconds, this.id)
    }
    if (assembler.held === 0) this.#frameBeganMs = 0
    else if (frames > 0 || this.#frameBeganMs === 0) this.#frameBeganMs = beganMs

    if ((socket.writableLength > 0 || session.owedBytes > 0) && this.#mustPause()) return false
    return length < (this.#armed as Uint8Array).byteLength || this.#isInTurn(length)
  }

  answerLater(write: () => void): void {
    // Ended without waiting for it. A write behind the FIN would be an error, and destroy what is not sent yet.
    if (this.state === 'closing') return
    const { writer } = this.#plane
    writer.begin(this)
    write()
    writer.flush()
    this.#resumeWhenReady()
    this.#endWhenAnswered()
  }

  /** Link: the session has said its last word. */
  end(): void {
    this.finish('peer_requested')
  }

  /** Sends what is written, then FIN; what the peer still sends is thrown away until it ends too. */
  finish(reason: CloseReason): void {
    if (this.state === 'closing' || this.state === 'closed') return
    this.#plane.writer.flushFor(this)
    this.state = 'closing'
    this.#closingMs = monotonicMs()
    this.stalls.end(this.#closingMs)
    this.#reason ??= reason
    this.#plane.onClosing(this)
    this.socket.end()
    if (this.#pausedMs > 0) this.socket.resume()
  }

  /** Takes no more frames, and finishes when those that came are answered. */
  finishWhenAnswered(reason: CloseReason): void {
    this.#reason ??= reason
    this.#sessionOver = true
    this.#overMs ||= monotonicMs()
    this.#endWhenAnswered()
  }

  /** Ends now; what was not sent is lost. */
  destroy(reason: CloseReason): void {
    this.#reason ??= reason
    this.socket.destroy()
  }

  /** Asked for by the operator. */
  close(mode: CloseMode): void {
    if (mode === 'now') this.destroy('operator')
    else this.finishWhenAnswered('operator')
  }

  /** From the next read on, all that arrives is shown to the watcher too. Others cost nothing, nor does this one afterwards. */
  watch(watcher: StreamWatcher): void {
    const offset = this.traffic.bytesReceived - this.#assembler.held
    this.#assembler = new WatchedAssembler(this.#assembler, this.#plane.protocol, watcher, offset)
  }

  unwatch(): void {
    if (this.#assembler instanceof WatchedAssembler) this.#assembler = this.#assembler.assembler
  }

  /** Bytes of a frame that is not whole yet. */
  get heldBytes(): number {
    return this.#assembler.held
  }

  /** The server is stopping: serve on, until `finishWhenQuiet` finds that what had come is answered. */
  drain(): void {
    if (this.state === 'open') this.state = 'draining'
  }

  /** New work is answered as unavailable from now on. */
  refuse(): void {
    this.#session.refuse()
  }

  /** Ends a draining connection on which nothing has come since `sinceMs` and nothing is owed. */
  finishWhenQuiet(sinceMs: number): void {
    if (this.state !== 'draining' || this.lastReadMs > sinceMs || this.#session.owedBytes > 0) return
    if (this.#pausedMs === 0) this.finish('server_drained')
  }

  /** Enforces the time limits. Called now and then for every connection, so that none needs timers of its own. */
  enforceTimeouts(nowMs: number): void {
    const { drainTimeoutMs, lingerTimeoutMs, frameTimeoutMs, idleTimeoutMs } = this.#plane.limits
    const isOver = (beganMs: number, timeoutMs: number): boolean => timeoutMs > 0 && nowMs - beganMs >= timeoutMs
    if (this.state === 'closing') {
      const unsent = this.socket.writableLength > 0
      if (isOver(this.#closingMs, unsent ? drainTimeoutMs || lingerTimeoutMs : lingerTimeoutMs)) this.socket.destroy()
    } else if (this.#overMs > 0 && isOver(this.#overMs, drainTimeoutMs)) {
      // Handlers have had their time; one that never settles does not keep the connection.
      this.finish('peer_closed')
    } else if (this.#pausedMs > 0) {
      // Only what the peer leaves unread is held against it: reading may have paused long before, for handlers.
      if (drainTimeoutMs > 0 && this.stalls.presentMs(nowMs) >= drainTimeoutMs) {
        if (this.#reason === null) this.#countRefusal('slow_consumer', null)
        this.destroy('slow_consumer')
      }
    } else if (this.#frameBeganMs > 0 && isOver(this.#frameBeganMs, frameTimeoutMs)) {
      this.#refuseStream('frame_timeout', null)
    } else if (isOver(this.lastReadMs, idleTimeoutMs) && this.#session.owedBytes === 0) {
      this.#refuseStream('idle_timeout', null)
    }
  }

  onPeerEnd(): void {
    this.#peerEnded = true
    if (this.state === 'closing') return
    try {
      if (!this.#sessionOver) this.#assembler.end()
    } catch (error) {
      this.#fail(error)
    }
    this.#endWhenAnswered()
  }

  onDrained(): void {
    this.#resumeWhenReady()
  }

  onSocketError(): void {
    this.#reason ??= 'peer_reset'
  }

  onSocketClosed(): void {
    this.state = 'closed'
    this.stalls.end(monotonicMs())
    this.#session.onClose()
    if (this.#assembler instanceof WatchedAssembler) this.#assembler.watcher.onClosed(this.#reason ?? 'peer_reset')
    this.#plane.onClosed(this, this.#reason ?? 'peer_reset')
  }

  /**
   * After a read that found its whole buffer full, the event loop reads on at once, up to 32 times: with a peer that never
   * has to wait, all others would. Beyond a bound it is read from again when they have had their turn.
   */
  #isInTurn(length: number): boolean {
    this.#turnBytes += length
    if (this.#turnBytes < MOST_TURN_BYTES) return true
    this.#turnBytes = 0
    setImmediate(readOn, this)
    return false
  }

  /** Its turn has come again. */
  readOn(): void {
    if (this.#pausedMs === 0) this.socket.resume()
  }

  #mustPause(): boolean {
    const { limits } = this.#plane
    if (!this.socket.writableNeedDrain && this.#session.owedBytes < limits.maxOwedBytes) return false
    if (this.state === 'closing') return false
    this.#pausedMs = monotonicMs()
    if (this.socket.writableNeedDrain) this.stalls.begin(this.#pausedMs)
    return true
  }

  #resumeWhenReady(): void {
    if (this.#pausedMs === 0 || this.state === 'closing') return
    const nowMs = monotonicMs()
    if (this.socket.writableNeedDrain) {
      // Reading waited for handlers; what they answered is not taken now.
      this.stalls.begin(nowMs)
      return
    }
    this.stalls.end(nowMs)
    if (this.#session.owedBytes >= this.#plane.limits.maxOwedBytes) return
    this.#pausedMs = 0
    // The pause was ours; the peer's time to finish its frame begins anew.
    if (this.#frameBeganMs > 0) this.#frameBeganMs = nowMs
    this.lastReadMs = nowMs
    this.socket.resume()
  }

  #endWhenAnswered(): void {
    const isEnding = this.#peerEnded || this.#reason !== null
    if (isEnding && this.#session.owedBytes === 0) this.finish('peer_closed')
  }

  #fail(error: unknown): void {
    if (ProtocolError.is(error)) {
      this.#refuseStream(error.reason, error)
      return
    }
    // A fault of ours costs the connection that met it, not the worker with all the others.
    this.#plane.onFault(this, error)
    this.destroy('internal_error')
  }

  #refuseStream(reason: RefusalReason & CloseReason, error: ProtocolError | null): void {
    if (this.state === 'closing' || this.#sessionOver) return
    this.#countRefusal(reason, error)
    this.finishWhenAnswered(reason)
  }

  #countRefusal(reason: RefusalReason, error: ProtocolError | null): void {
    this.#plane.totals.refused[reason]++
    this.#plane.onRefused(this, reason, error)
  }
}

function readOn(connection: Connection): void {
  connection.readOn()
}

const connectionOf = (socket: PeerSocket): Connection => socket.target as Connection

function onEnd(this: PeerSocket): void {
  connectionOf(this).onPeerEnd()
}
function onDrain(this: PeerSocket): void {
  connectionOf(this).onDrained()
}
function onError(this: PeerSocket): void {
  connectionOf(this).onSocketError()
}
function onClose(this: PeerSocket): void {
  connectionOf(this).onSocketClosed()
}

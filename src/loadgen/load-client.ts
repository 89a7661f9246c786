import { connect, isIP, type NetConnectOpts, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { Octets } from '../protocol/octets.ts'
import { ACK_FRAME_BYTES } from '../protocol/wire.ts'
import type { LatencyHistogram } from '../telemetry/latency-histogram.ts'
import { countGoodAcks, type ExpectedAck, faultOfAck } from './ack-check.ts'
import type { DueQueue } from './due-queue.ts'
import type { LoadTls } from './load-definition.ts'
import type { Sender } from './schedule.ts'
import { SendTimes } from './send-times.ts'
import type { SubmitBlock } from './submit-block.ts'
import type { Tally } from './tally.ts'

const READ_BYTES = 64 * 1024
/** Room in front of what a read brings, for the unfinished ack of the read before. */
const HEADROOM_BYTES = 16
const CONNECT_TIMEOUT_MS = 5000

/** What all connections of a run share. */
export interface LoadPeers {
  readonly block: SubmitBlock
  readonly reads: ReadSpace
  readonly tally: Tally
  /** The command that acks must have. */
  readonly ackCommand: number
  /** Acks have come, or the socket has room again. */
  onRoom(client: LoadClient, nowMs: number): void
  /** The connection is gone, whoever ended it. */
  onClosed(client: LoadClient): void
}

/** Where a connection leads. */
export interface LoadServer {
  /** As it was given: its certificate must be for this. */
  readonly name: string
  /** Where that name leads to; the name itself while that is not known. */
  readonly address: string
  readonly port: number
  readonly tls?: LoadTls | undefined
}

/** Memory that every read of a process goes to: what came is checked before the next read of any connection. */
export class ReadSpace {
  readonly octets = Octets.allocate(HEADROOM_BYTES + READ_BYTES)
  readonly area = this.octets.bytes.subarray(HEADROOM_BYTES)
}

/** One connection: sends Submits, and checks every ack for shape, id, order and result. */
export class LoadClient implements Sender, ExpectedAck {
  readonly connection: number
  outstanding = 0
  /** Of the next ack. */
  sequence = 0
  readonly #peers: LoadPeers
  readonly #socket: Socket
  /** The event that tells that it is open. */
  readonly #opened: 'connect' | 'secureConnect'
  readonly #times = new SendTimes()
  readonly #carry = Buffer.allocUnsafe(ACK_FRAME_BYTES)
  #carried = 0
  #state: 'connecting' | 'open' | 'closed' = 'connecting'

  /** Begins to connect. */
  constructor(peers: LoadPeers, connection: number, { name, address, port, tls }: LoadServer) {
    this.#peers = peers
    this.connection = connection
    const options: NetConnectOpts & { writableHighWaterMark: number } = {
      host: address,
      port,
      noDelay: true,
      // A whole block does not count as falling behind, or each would cost a 'drain' though the kernel took it at once.
      writableHighWaterMark: peers.block.bytes + 1,
      onread: { buffer: peers.reads.area, callback: length => this.#onRead(length) }
    }
    this.#socket = tls === undefined ? connect(options) : connectTls({ ...options, ...tlsOptions(tls, name) })
    this.#opened = tls === undefined ? 'connect' : 'secureConnect'
  }

  /** Resolves once it is open. Rejects with the reason when it cannot be, or not within 5 s, and counts nothing. */
  whenOpen(): Promise<void> {
    const socket = this.#socket
    return new Promise((resolve, reject) => {
      const giveUp = (): unknown => socket.destroy(new Error(`no answer within ${CONNECT_TIMEOUT_MS / 1000} s`))
      const timer = setTimeout(giveUp, CONNECT_TIMEOUT_MS)
      socket.on('error', error => {
        reject(error)
        this.#fail('closed', error.message)
      })
      socket.on('end', () => this.#fail('closed', 'the server closed it'))
      socket.on('close', () => {
        clearTimeout(timer)
        reject(new Error('closed while connecting'))
        this.#fail('closed', 'it closed')
        this.#peers.onClosed(this)
      })
      socket.on('drain', () => this.#peers.onRoom(this, performance.now()))
      socket.on(this.#opened, () => {
        clearTimeout(timer)
        this.#state = 'open'
        resolve()
      })
    })
  }

  get command(): number {
    return this.#peers.ackCommand
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  /** The address that its host name led to. */
  get address(): string | undefined {
    return this.#socket.remoteAddress
  }

  send(count: number, sinceMs: number): number {
    const sent = this.#write(count)
    if (sent > 0) this.#times.push(sinceMs, sent)
    return sent
  }

  sendDue(count: number, due: DueQueue, delay: LatencyHistogram | null): number {
    // Before the write, which takes its time and is part of what the server's answer costs.
    const nowMs = delay === null ? 0 : performance.now()
    const sent = this.#write(count)
    for (let index = 0; index < sent; index++) {
      const dueMs = due.shift()
      this.#times.push(dueMs, 1)
      if (delay !== null) delay.record((nowMs - dueMs) * 1e6)
    }
    return sent
  }

  /** Ends the connection, which is no error; what is outstanding is lost. */
  close(): void {
    if (this.#state === 'open') this.#loseOutstanding()
    this.#state = 'closed'
    this.#socket.destroy()
  }

  #write(count: number): number {
    if (this.#state !== 'open') return 0
    const { block, tally } = this.#peers
    const socket = this.#socket
    let next = (this.sequence + this.outstanding) | 0
    let left = count
    while (left > 0 && !socket.writableNeedDrain) {
      const frames = Math.min(left, block.capacity)
      block.write(socket, this.connection, next, frames)
      next = (next + frames) | 0
      left -= frames
    }
    const sent = count - left
    this.outstanding += sent
    tally.sent += sent
    return sent
  }

  #onRead(length: number): boolean {
    if (this.#state !== 'open') return true
    const nowMs = performance.now()
    const { octets } = this.#peers.reads
    const end = HEADROOM_BYTES + length
    let at = HEADROOM_BYTES
    if (this.#carried > 0) {
      at -= this.#carried
      this.#carry.copy(octets.bytes, at, 0, this.#carried)
    }
    const outstandingBefore = this.outstanding
    const rest = this.#takeAcks(octets, at, end, nowMs)
    this.#peers.tally.lastReadMs = nowMs
    if (rest < 0) return true
    this.#carried = end - rest
    if (this.#carried > 0) octets.bytes.copy(this.#carry, 0, rest, end)
    if (this.outstanding < outstandingBefore) this.#peers.onRoom(this, nowMs)
    return true
  }

  /** Returns where an unfinished ack begins, -1 when the connection had to be given up. */
  #takeAcks(octets: Octets, from: number, end: number, nowMs: number): number {
    const { view } = octets
    const { tally, ackCommand } = this.#peers
    let at = from
    for (;;) {
      const good = countGoodAcks(view, at, end, this.outstanding, ackCommand, this.connection, this.sequence)
      if (good > 0) {
        this.#times.settle(good, nowMs, tally)
        this.#answered(good)
        tally.acked += good
        at += good * ACK_FRAME_BYTES
      }
      if (end - at < ACK_FRAME_BYTES) return at
      const fault = faultOfAck(view, at, this.outstanding > 0, this)
      if (fault !== 'refused') {
        const got = octets.bytes.toString('hex', at, at + ACK_FRAME_BYTES)
        this.#fail(fault, `expected ${ackInWords(this)}, got 0x${got}`)
        return -1
      }
      this.#times.settle(1, nowMs, null)
      this.#answered(1)
      tally.fault('refused', `connection ${this.connection}: a Submit was answered with a result that is not ok`)
      at += ACK_FRAME_BYTES
    }
  }

  #answered(count: number): void {
    this.outstanding -= count
    this.sequence = (this.sequence + count) | 0
  }

  #fail(kind: 'malformed' | 'wrong_id' | 'closed', words: string): void {
    if (this.#state !== 'open') return
    this.#peers.tally.fault(kind, `connection ${this.connection}: ${words}`)
    this.close()
  }

  #loseOutstanding(): void {
    this.#peers.tally.lost += this.outstanding
    this.outstanding = 0
  }
}

function ackInWords({ command, connection, sequence }: ExpectedAck): string {
  const hex = (word: number, digits: number): string => `0x${(word >>> 0).toString(16).padStart(digits, '0')}`
  return `an ack with command ${hex(command, 2)} and id ${hex(connection, 8)} ${hex(sequence, 8)}`
}

function tlsOptions({ ca, cert, key, verify }: LoadTls, name: string): ConnectionOptions {
  return {
    rejectUnauthorized: verify,
    // An address is no name of a server (RFC 6066, section 3).
    ...(isIP(name) === 0 && { servername: name }),
    ...(ca !== null && { ca }),
    ...(cert !== null && { cert }),
    ...(key !== null && { key })
  }
}

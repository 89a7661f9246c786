import type { CloseReason } from '../contract/reasons.ts'
import {
  TRACED_BODY_BYTES,
  type TraceEnd,
  type TraceFrameLine,
  type TraceLine,
  type TraceOptions
} from '../contract/trace.ts'
import type { Octets } from '../protocol/octets.ts'
import type { Protocol } from '../protocol/protocol.ts'
import type { ProtocolError } from '../protocol/protocol-error.ts'
import type { Connection } from './connection.ts'
import type { StreamWatcher } from './watched-assembler.ts'

/** A peer may send a frame byte by byte. */
const READS_PER_FRAME = 10

/** Takes the lines of a trace as they come to be. */
export type TraceListener = (line: TraceLine) => void

/**
 * Tells what arrives on one connection, in how many reads each frame comes, and which reads bring several. Ends by itself:
 * after its time, after so many frames or reads, or with the connection.
 */
export class ConnectionTrace implements StreamWatcher {
  readonly #connection: Connection
  readonly #protocol: Protocol
  readonly #options: TraceOptions
  readonly #listener: TraceListener
  readonly #timer: NodeJS.Timeout
  #reads = 0
  #frames = 0
  /** Where the present read begins and which frames it has completed. */
  #placeInRead = 0
  /** Where the frame begins that comes next, and the read that brought its first byte; null before the trace. */
  #nextOffset: number
  #begunInRead: number | null = null
  #hasEnded = false

  constructor(connection: Connection, protocol: Protocol, options: TraceOptions, listener: TraceListener) {
    this.#connection = connection
    this.#protocol = protocol
    this.#options = options
    this.#listener = listener
    const { heldBytes, traffic, id, address, port } = connection
    this.#nextOffset = traffic.bytesReceived - heldBytes
    const offset = traffic.bytesReceived
    listener({ type: 'start', at: now(), connection: id, peer: `${address}:${port}`, offset, heldBytes })
    connection.watch(this)
    this.#timer = setTimeout(() => this.end('seconds'), options.seconds * 1000).unref()
  }

  onRead(offset: number, bytes: number): void {
    if (this.#hasEnded) return
    if (this.#reads === this.#options.maxFrames * READS_PER_FRAME) {
      this.end('max_reads')
      return
    }
    this.#reads++
    this.#placeInRead = 0
    if (offset === this.#nextOffset) this.#begunInRead = this.#reads
    this.#listener({ type: 'read', at: now(), read: this.#reads, offset, bytes })
  }

  onFrame(octets: Octets, start: number, end: number, offset: number): void {
    if (this.#hasEnded) return
    const length = end - start
    const lastRead = this.#reads
    const firstRead = this.#begunInRead
    const reads = firstRead === null ? null : lastRead - firstRead + 1
    const place = { reads, firstRead, lastRead, placeInRead: ++this.#placeInRead }
    this.#listener({ type: 'frame', at: now(), offset, length, ...this.#describe(octets, start, end), ...place })
    this.#nextOffset = offset + length
    this.#begunInRead = lastRead
    this.#frames++
    if (this.#frames === this.#options.maxFrames) this.end('max_frames')
  }

  onRefused({ offset, reason, value, message }: ProtocolError): void {
    if (!this.#hasEnded) this.#listener({ type: 'refused', at: now(), offset, reason, value, detail: message })
  }

  onClosed(reason: CloseReason): void {
    this.end('closed', reason)
  }

  end(why: TraceEnd, reason: CloseReason | null = null): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    clearTimeout(this.#timer)
    this.#connection.unwatch()
    this.#listener({ type: 'end', at: now(), why, reason, reads: this.#reads, frames: this.#frames })
  }

  #describe(octets: Octets, start: number, end: number): Described {
    const {
      command = null,
      name = null,
      id = null,
      bodyStart = start
    } = this.#protocol.describe?.(octets, start, end) ?? {}
    const described = { command, name, id: id === null ? null : written(id), bodyBytes: end - bodyStart }
    if (!this.#options.bodies) return described
    const shown = octets.bytes.subarray(bodyStart, Math.min(end, bodyStart + TRACED_BODY_BYTES))
    return { ...described, body: shown.toString('base64') }
  }
}

type Described = Pick<TraceFrameLine, 'command' | 'name' | 'id' | 'bodyBytes' | 'body'>

const now = (): string => new Date().toISOString()

function written(id: Uint8Array): { hex: string; text: string } {
  const bytes = Buffer.from(id)
  return { hex: bytes.toString('hex'), text: bytes.toString('latin1').replace(/[^\x20-\x7e]/g, '.') }
}

import { readRequest } from '../protocol/frame-decoder.ts'
import { encodeAckId, encodeEcho } from '../protocol/frame-encoder.ts'
import type { Octets } from '../protocol/octets.ts'
import { type Framing, type Link, type Session, STREAM_OVER } from '../protocol/protocol.ts'
import {
  ACK_FRAME_BYTES,
  type AnswerCommands,
  COMMAND_OFFSET,
  ECHO_FRAME_BYTES,
  LENGTH_FIELD_BYTES,
  MIN_REQUEST_BYTES,
  Request,
  Result
} from '../protocol/wire.ts'
import type { AckSource } from './ack-sources.ts'
import type { PacketSlot, PacketSource } from './packet-pool.ts'
import type { SubmitHandler } from './submit-handler.ts'

/** Less than any offset: no ack is encoded in place. */
const NO_ROOM = -1

/** What the sessions of a worker share. The switches replace `packets` and `acks` between batches. */
export interface SubmitService extends Framing {
  readonly maxFrameBytes: number
  readonly commands: AnswerCommands
  /** The ack of an accepted Submit, but for its id. */
  readonly acceptance: Buffer
  readonly handler: SubmitHandler
  readonly packets: PacketSource
  readonly acks: AckSource
  onHandlerError(error: unknown): void
}

/** An answer that must wait for the ones before it, or for its own handler. */
interface OwedAnswer {
  readonly command: number
  readonly packet: PacketSlot
  readonly source: PacketSource
  /** null until the handler has ended. */
  result: number | null
}

/** What a held frame costs beside its bytes, so that many small ones are bounded too. */
const OWED_OVERHEAD_BYTES = 128

/** One connection's Submits: each goes to the handler, and is acked in its turn. */
export class SubmitSession implements Session {
  frames = 0
  owedBytes = 0
  readonly #service: SubmitService
  readonly #link: Link
  #refusing = false
  #closed = false
  #flushScheduled = false
  /** In the order of their requests; empty as long as every handler answers at once. */
  #owed: OwedAnswer[] = []

  constructor(service: SubmitService, link: Link) {
    this.#service = service
    this.#link = link
  }

  onFrames(octets: Octets, start: number, end: number): number {
    const service = this.#service
    let at = start
    while (end - at >= LENGTH_FIELD_BYTES) {
      at = this.#takeSubmits(octets, at, end)
      if (end - at < LENGTH_FIELD_BYTES) break
      // Not a whole, plain Submit: unfinished, another command, or against a rule.
      const length = service.frameBytes(octets, at)
      if (length > end - at) break
      const command = readRequest(octets, at, at + length, service.commands)
      this.#answerOther(command, octets, at, at + length)
      this.frames++
      at += length
      if (command === Request.Close) return STREAM_OVER
    }
    return at
  }

  /**
   * The hot loop: every whole Submit, up to the first frame that is none. Returns where that begins. Where acks may be
   * encoded in the space they are sent from, an accepted Submit costs its ack no more than the eight bytes of the id.
   *
   * A frame takes a few nanoseconds here, so V8 is spared what it does not see by itself: what every round needs is in a
   * local, because a module's constants and imports would be looked up and checked each time; `| 0` says that a number is
   * a whole one and can stay in a register; and the `catch` is in a function of its own, because inside the loop it undoes both.
   */
  #takeSubmits(octets: Octets, start: number, end: number): number {
    if (this.#refusing) return start
    const { packets, acks, handler } = this.#service
    const maxFrameBytes = this.#service.maxFrameBytes | 0
    const minBytes = MIN_REQUEST_BYTES | 0
    const commandOffset = COMMAND_OFFSET | 0
    const submit = Request.Submit | 0
    const ackBytes = ACK_FRAME_BYTES | 0
    const ok = Result.ok | 0
    const encodeId = encodeAckId
    const handled = resultOf
    const { view } = octets
    const out = this.#link.answers
    const lasting = handler.synchronous !== true
    // Where the last ack of a run may begin. There is no run while earlier Submits wait for their answers.
    const mayRun = acks.inPlace && this.owedBytes === 0
    let lastRoom = mayRun ? (out.beginRun(this.#service.acceptance) - ackBytes) | 0 : NO_ROOM
    const space = out.space.view
    let used = 0
    let packet: PacketSlot | null = null
    let frames = 0
    let at = start | 0
    while (end - at >= minBytes) {
      const length = view.getUint32(at)
      const isWhole = length <= end - at && length <= maxFrameBytes && length >= minBytes
      if (!isWhole || view.getUint8((at + commandOffset) | 0) !== submit) break
      packet = packets.next(packet, octets, at, (at + length) | 0, lasting)
      const result = handled(handler, packet, this.#service)
      if (result === ok && used <= lastRoom) {
        encodeId(space, used, view, at)
        used = (used + ackBytes) | 0
      } else {
        if (used > 0) out.commitRun(used, used / ackBytes)
        used = 0
        lastRoom = NO_ROOM
        if (this.#answer(result, packet, packets, view, at, lasting)) packet = null
      }
      frames = (frames + 1) | 0
      at = (at + length) | 0
    }
    if (used > 0) out.commitRun(used, used / ackBytes)
    if (packet !== null) packets.giveBack(packet)
    this.frames += frames
    return at
  }

  /** Acks a Submit by itself, or keeps it until its turn has come. Returns true when the packet is kept. */
  #answer(
    result: number | Promise<number>,
    packet: PacketSlot,
    packets: PacketSource,
    request: DataView,
    start: number,
    lasting: boolean
  ): boolean {
    const { acks, commands } = this.#service
    if (lasting && (typeof result !== 'number' || this.owedBytes > 0)) {
      this.#owe(commands.SubmitAck, packet, packets, result)
      return true
    }
    const known = typeof result === 'number' ? this.#checked(result) : this.#notSynchronous(result)
    acks.ack(this.#link.answers, commands.SubmitAck, request, start, known)
    return false
  }

  refuse(): void {
    this.#refusing = true
  }

  onClose(): void {
    this.#closed = true
    // What is still with a handler is given back when its promise settles, never before.
    for (const owed of this.#owed) if (owed.result !== null) owed.source.giveBack(owed.packet)
    this.#owed = this.#owed.filter(owed => owed.result === null)
  }

  /** Conn, Ping and Close, and every Submit once the server is draining. */
  #answerOther(command: number, octets: Octets, start: number, end: number): void {
    const { commands, packets } = this.#service
    const answer = this.#answerTo(command, commands)
    if (this.#owed.length > 0) {
      this.#owe(answer, packets.next(null, octets, start, end, true), packets, Result.unavailable)
    } else {
      this.#write(answer, octets, start, Result.unavailable)
      if (command === Request.Close) this.#link.end()
    }
  }

  #answerTo(command: number, commands: AnswerCommands): number {
    if (command === Request.Conn) return commands.ConnAck
    if (command === Request.Submit) return commands.SubmitAck
    return command === Request.Ping ? commands.Pong : commands.CloseAck
  }

  #write(command: number, octets: Octets, start: number, result: number): void {
    const { commands, acks } = this.#service
    const out = this.#link.answers
    if (command === commands.SubmitAck) acks.ack(out, command, octets.view, start, result)
    else if (command === commands.ConnAck) acks.ack(out, command, octets.view, start, Result.ok)
    else {
      const at = out.claim(ECHO_FRAME_BYTES)
      encodeEcho(out.space.view, at, command, octets.view, start)
      out.commit(ECHO_FRAME_BYTES)
    }
  }

  #owe(command: number, packet: PacketSlot, source: PacketSource, result: number | Promise<number>): void {
    const owed: OwedAnswer = { command, packet, source, result: null }
    this.#owed.push(owed)
    this.owedBytes += packet.end - packet.start + OWED_OVERHEAD_BYTES
    if (typeof result === 'number') {
      owed.result = this.#checked(result)
    } else {
      Promise.resolve(result).then(
        value => this.#settle(owed, this.#checked(value)),
        error => this.#settle(owed, failed(this.#service, error))
      )
    }
  }

  #settle(owed: OwedAnswer, result: number): void {
    owed.result = result
    if (this.#closed) {
      owed.source.giveBack(owed.packet)
      return
    }
    if (this.#owed[0] !== owed || this.#flushScheduled) return
    // Many promises settle in one turn; their acks leave together.
    this.#flushScheduled = true
    const flush = (): void => {
      this.#flushScheduled = false
      if (!this.#closed) this.#link.answerLater(() => this.#answerSettled())
    }
    queueMicrotask(flush)
  }

  #answerSettled(): void {
    let answered = 0
    let last = 0
    for (const owed of this.#owed) {
      if (owed.result === null) break
      const { packet } = owed
      this.#write(owed.command, packet.octets, packet.start, owed.result)
      this.owedBytes -= packet.end - packet.start + OWED_OVERHEAD_BYTES
      owed.source.giveBack(packet)
      last = owed.command
      answered++
    }
    this.#owed.splice(0, answered)
    if (last === this.#service.commands.CloseAck) this.#link.end()
  }

  /** The packet is a view of memory that the next read overwrites, so its promise cannot be waited for. */
  #notSynchronous(promise: unknown): number {
    Promise.resolve(promise).catch(() => {})
    return failed(
      this.#service,
      new TypeError(`handler '${this.#service.handler.name}' is declared synchronous but gave no number`)
    )
  }

  /** An ack has one byte for the result; 256 would be cut down to 0, which says that all is well. */
  #checked(value: unknown): number {
    const isResult = Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255
    return isResult ? (value as number) : failed(this.#service, noResult(value))
  }
}

function resultOf(handler: SubmitHandler, packet: PacketSlot, service: SubmitService): number | Promise<number> {
  try {
    return handler.handle(packet)
  } catch (error) {
    return failed(service, error)
  }
}

function failed(service: SubmitService, error: unknown): number {
  service.onHandlerError(error)
  return Result.refused
}

function noResult(value: unknown): TypeError {
  const given = typeof value === 'number' ? value : typeof value
  return new TypeError(`a handler gave ${given} instead of a result from 0 to 255`)
}

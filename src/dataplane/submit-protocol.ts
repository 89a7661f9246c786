import type { Switches } from '../contract/optimizations.ts'
import { LengthPrefix, readRequest } from '../protocol/frame-decoder.ts'
import { encodeEcho } from '../protocol/frame-encoder.ts'
import type { Octets } from '../protocol/octets.ts'
import type { Link, Protocol, Session } from '../protocol/protocol.ts'
import { type AnswerCommands, answerCommands, ECHO_FRAME_BYTES, Request, Result, type WireDialect } from '../protocol/wire.ts'
import { type AckSource, freshAcks, pooledAcks } from './ack-sources.ts'
import { freshPackets, GuardedPacketPool, PacketPool, type PacketSlot, type PacketSource } from './packet-pool.ts'
import type { SubmitHandler } from './submit-handler.ts'

export interface SubmitProtocolOptions {
  readonly handler: SubmitHandler
  readonly dialect: WireDialect
  readonly maxFrameBytes: number
  /** Poison returned packets and never lend one twice. */
  readonly poolGuard: boolean
  /** Told of a handler that threw, was rejected, or gave no result. */
  onHandlerError(error: unknown): void
}

/** The built-in protocol: Submits go to a handler and are acked in order; Conn, Ping and Close are answered here. */
export class SubmitProtocol extends LengthPrefix implements Protocol {
  readonly name = 'submit'
  readonly handler: SubmitHandler
  readonly commands: AnswerCommands
  readonly onHandlerError: (error: unknown) => void
  packets: PacketSource
  acks: AckSource = pooledAcks
  readonly #pool: PacketSource

  constructor(options: SubmitProtocolOptions) {
    super(options.maxFrameBytes)
    this.handler = options.handler
    this.commands = answerCommands[options.dialect]
    this.onHandlerError = options.onHandlerError
    this.#pool = options.poolGuard ? new GuardedPacketPool() : new PacketPool()
    this.packets = this.#pool
  }

  applySwitches(switches: Switches): void {
    this.packets = switches.packetPool ? this.#pool : freshPackets
    this.acks = switches.ackPool ? pooledAcks : freshAcks
  }

  open(link: Link): Session {
    return new SubmitSession(this, link)
  }
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

class SubmitSession implements Session {
  owedBytes = 0
  readonly #service: SubmitProtocol
  readonly #link: Link
  #refusing = false
  #closed = false
  #flushScheduled = false
  /** In the order of their requests; empty as long as every handler answers at once. */
  #owed: OwedAnswer[] = []

  constructor(service: SubmitProtocol, link: Link) {
    this.#service = service
    this.#link = link
  }

  onFrame(octets: Octets, start: number, end: number): boolean {
    const service = this.#service
    const command = readRequest(octets, start, end, service.commands)
    if (command !== Request.Submit || this.#refusing) return this.#answerOther(command, octets, start, end)
    const { packets, handler } = service
    const packet = packets.borrow(octets, start, end, !handler.synchronous)
    let result: number | Promise<number>
    try {
      result = handler.handle(packet)
    } catch (error) {
      result = this.#failed(error)
    }
    if (handler.synchronous && typeof result !== 'number') result = this.#notSynchronous(result)
    if (typeof result === 'number' && this.#owed.length === 0) {
      service.acks.ack(this.#link.answers, service.commands.SubmitAck, octets, start, result)
      packets.giveBack(packet)
    } else {
      this.#owe(service.commands.SubmitAck, packet, packets, result)
    }
    return true
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
  #answerOther(command: number, octets: Octets, start: number, end: number): boolean {
    const { commands, packets } = this.#service
    if (this.#owed.length === 0) {
      this.#write(this.#answerTo(command, commands), octets, start, Result.unavailable)
    } else {
      this.#owe(this.#answerTo(command, commands), packets.borrow(octets, start, end, true), packets, Result.unavailable)
    }
    if (command !== Request.Close) return true
    if (this.#owed.length === 0) this.#link.end()
    return false
  }

  #answerTo(command: number, commands: AnswerCommands): number {
    if (command === Request.Conn) return commands.ConnAck
    if (command === Request.Submit) return commands.SubmitAck
    return command === Request.Ping ? commands.Pong : commands.CloseAck
  }

  #write(command: number, octets: Octets, start: number, result: number): void {
    const { commands, acks } = this.#service
    const out = this.#link.answers
    if (command === commands.SubmitAck) acks.ack(out, command, octets, start, result)
    else if (command === commands.ConnAck) acks.ack(out, command, octets, start, Result.ok)
    else {
      encodeEcho(out.space, out.claim(ECHO_FRAME_BYTES), command, octets, start)
      out.commit(ECHO_FRAME_BYTES)
    }
  }

  #owe(command: number, packet: PacketSlot, source: PacketSource, result: number | Promise<number>): void {
    const owed: OwedAnswer = { command, packet, source, result: null }
    this.#owed.push(owed)
    this.owedBytes += packet.end - packet.start + OWED_OVERHEAD_BYTES
    if (typeof result === 'number') {
      owed.result = result
    } else {
      Promise.resolve(result).then(
        value => this.#settle(owed, typeof value === 'number' ? value : this.#failed(noResult(value))),
        error => this.#settle(owed, this.#failed(error))
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
    queueMicrotask(() => {
      this.#flushScheduled = false
      if (!this.#closed) this.#link.answerLater(() => this.#answerSettled())
    })
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

  /** Its packet is a view of memory that the next read overwrites, so the promise cannot be waited for. */
  #notSynchronous(promise: Promise<number>): number {
    Promise.resolve(promise).catch(() => {})
    return this.#failed(new TypeError(`handler '${this.#service.handler.name}' says it is synchronous, yet gave no number`))
  }

  #failed(error: unknown): number {
    this.#service.onHandlerError(error)
    return Result.refused
  }
}

function noResult(value: unknown): TypeError {
  return new TypeError(`a handler's promise gave ${String(value)} instead of a result from 0 to 255`)
}

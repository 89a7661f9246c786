import type { Switches } from '../contract/optimizations.ts'
import { describeFrame } from '../protocol/describe-frame.ts'
import { LengthPrefix } from '../protocol/frame-decoder.ts'
import { ackTemplate } from '../protocol/frame-encoder.ts'
import type { Octets } from '../protocol/octets.ts'
import type { FrameDescription, Link, Protocol, Session } from '../protocol/protocol.ts'
import { type AnswerCommands, answerCommands, Result, type WireDialect } from '../protocol/wire.ts'
import { type AckSource, freshAcks, pooledAcks } from './ack-sources.ts'
import { freshPackets, GuardedPacketPool, PacketPool, type PacketSource } from './packet-pool.ts'
import type { SubmitHandler } from './submit-handler.ts'
import { type SubmitService, SubmitSession } from './submit-session.ts'

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
export class SubmitProtocol extends LengthPrefix implements Protocol, SubmitService {
  readonly name = 'submit'
  readonly handler: SubmitHandler
  readonly commands: AnswerCommands
  readonly acceptance: Buffer
  readonly onHandlerError: (error: unknown) => void
  packets: PacketSource
  acks: AckSource = pooledAcks
  readonly #pool: PacketSource

  constructor(options: SubmitProtocolOptions) {
    super(options.maxFrameBytes)
    this.handler = options.handler
    this.commands = answerCommands[options.dialect]
    this.acceptance = ackTemplate(this.commands.SubmitAck, Result.ok)
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

  describe(octets: Octets, start: number, end: number): FrameDescription {
    return describeFrame(octets, start, end, this.commands)
  }
}

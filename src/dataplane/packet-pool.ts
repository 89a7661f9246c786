import { wholeFrameBytes } from '../protocol/frame-decoder.ts'
import { Octets } from '../protocol/octets.ts'
import { AFTER_ID_OFFSET, ID_OFFSET } from '../protocol/wire.ts'
import type { Submit } from './submit-handler.ts'

/** Somebody used a packet after giving it back, or gave it back twice. */
export class StalePacketError extends Error {
  readonly code = 'FRAMELAB_STALE_PACKET'
  constructor(what: string) {
    super(`${what}: a borrowed packet is valid only until its handler has ended; copy what must live longer`)
    this.name = 'StalePacketError'
  }
}

/** What the guard writes over returned memory: a value that no reader mistakes for data. */
export const POISON = 0xdd

/**
 * A Submit together with the memory of its frame. `octets[start, end)` is the frame; for a packet of the pool that is the
 * read buffer itself, or the packet's own store when its handler needs it to last.
 */
export interface PacketSlot extends Submit {
  readonly octets: Octets
  readonly start: number
  readonly end: number
}

/** Where a session gets its Submits from: the whole of the switch `packetPool`. */
export interface PacketSource {
  /**
   * The packet of the next frame. `done` is the one lent before for a frame of the same memory, if its handler has ended: it
   * is given back, or used again at once. `lasting` asks for memory that is the packet's own until it is given back.
   */
  next(done: PacketSlot | null, octets: Octets, start: number, end: number, lasting: boolean): PacketSlot
  giveBack(packet: PacketSlot): void
}

/** A Submit with a copy of its frame. */
class FreshSubmit implements PacketSlot {
  readonly start = 0
  readonly end: number
  readonly #frame: Buffer

  constructor(octets: Octets, start: number, end: number) {
    this.end = end - start
    this.#frame = Buffer.allocUnsafe(this.end)
    octets.bytes.copy(this.#frame, 0, start, end)
  }

  get octets(): Octets {
    return new Octets(this.#frame)
  }

  get id(): Buffer {
    return this.#frame.subarray(ID_OFFSET, AFTER_ID_OFFSET)
  }

  get payload(): Buffer {
    return this.#frame.subarray(AFTER_ID_OFFSET)
  }

  get payloadBytes(): number {
    return this.end - AFTER_ID_OFFSET
  }
}

/** A new object and a copied payload for every frame; the garbage collector takes them back. */
export const freshPackets: PacketSource = {
  next: (_done, octets, start, end) => new FreshSubmit(octets, start, end),
  giveBack: () => {}
}

const NOTHING = Octets.allocate(0)
/** Packets kept for use again, and the largest store one of them may keep. */
const MAX_FREE_PACKETS = 1024
const MAX_KEPT_STORE_BYTES = 16 * 1024

/**
 *   free --lend--> lent --reset--> free
 *                  lent --lendNext--> lent, for the next frame in the same memory
 *
 * `generation` counts the steps between free and lent, so it is odd while lent. Together with `start` it tells one loan from
 * every other: `lendNext` only moves `start`, because it is done for every frame.
 */
export class PooledSubmit implements PacketSlot {
  octets = NOTHING
  start = 0
  generation = 0
  #store: Octets | null = null

  lend(octets: Octets, start: number): void {
    this.generation++
    this.octets = octets
    this.start = start
  }

  lendCopy(octets: Octets, start: number, end: number): void {
    const length = end - start
    if (this.#store === null || this.#store.size < length) this.#store = Octets.allocate(Math.max(256, length))
    octets.bytes.copy(this.#store.bytes, 0, start, end)
    this.lend(this.#store, 0)
  }

  lendNext(start: number): void {
    this.start = start
  }

  /** Throws StalePacketError when it is not lent. */
  reset(): void {
    if (!this.lent) throw new StalePacketError('given back twice')
    this.generation++
    this.octets = NOTHING
    this.start = 0
    if (this.#store !== null && this.#store.size > MAX_KEPT_STORE_BYTES) this.#store = null
  }

  get lent(): boolean {
    return (this.generation & 1) === 1
  }

  /** Not stored for every frame: the frame itself tells its length. */
  get end(): number {
    return this.start + wholeFrameBytes(this.octets, this.start)
  }

  get id(): Buffer {
    this.#check()
    return this.octets.bytes.subarray(this.start + ID_OFFSET, this.start + AFTER_ID_OFFSET)
  }

  get payload(): Buffer {
    this.#check()
    return this.octets.bytes.subarray(this.start + AFTER_ID_OFFSET, this.end)
  }

  get payloadBytes(): number {
    this.#check()
    return this.end - this.start - AFTER_ID_OFFSET
  }

  #check(): void {
    if (!this.lent) throw new StalePacketError('used after it was given back')
  }
}

function lent(packet: PooledSubmit, octets: Octets, start: number, end: number, lasting: boolean): PooledSubmit {
  if (lasting) packet.lendCopy(octets, start, end)
  else packet.lend(octets, start)
  return packet
}

/** Lends Submits and takes them back, reset. One packet serves all frames of a batch whose handlers end at once. */
export class PacketPool implements PacketSource {
  readonly #free: PooledSubmit[] = []

  get free(): number {
    return this.#free.length
  }

  next(done: PooledSubmit | null, octets: Octets, start: number, end: number, lasting: boolean): PooledSubmit {
    if (done !== null && !lasting) {
      done.lendNext(start)
      return done
    }
    if (done !== null) this.giveBack(done)
    return lent(this.#free.pop() ?? new PooledSubmit(), octets, start, end, lasting)
  }

  giveBack(packet: PooledSubmit): void {
    packet.reset()
    if (this.#free.length < MAX_FREE_PACKETS) this.#free.push(packet)
  }
}

/**
 * The pool's guard mode. A packet is never lent twice, so a handle kept too long stays stale for ever instead of showing
 * the next peer's Submit. Its memory is its own and poisoned as soon as it is given back: a payload kept too long would
 * show the read buffer otherwise, and so whatever the next peer sends.
 */
export class GuardedPacketPool implements PacketSource {
  next(done: PooledSubmit | null, octets: Octets, start: number, end: number): PooledSubmit {
    if (done !== null) this.giveBack(done)
    return lent(new PooledSubmit(), octets, start, end, true)
  }

  giveBack(packet: PooledSubmit): void {
    const { octets, start } = packet
    // A packet given back twice has no frame that tells its end; `reset` says what is wrong with it.
    const end = packet.lent ? packet.end : start
    packet.reset()
    octets.bytes.fill(POISON, start, end)
  }
}

/** A borrowed packet and the loan it is from, for whoever must hold on to it and wants misuse found out. */
export class PacketLease {
  readonly #packet: PooledSubmit
  readonly #generation: number
  readonly #start: number

  constructor(packet: PooledSubmit) {
    this.#packet = packet
    this.#generation = packet.generation
    this.#start = packet.start
  }

  /** The packet, if it is still the one that was lent. Throws StalePacketError when it was given back, lent again or not. */
  get packet(): Submit {
    const { generation, start } = this.#packet
    if (generation !== this.#generation || start !== this.#start)
      throw new StalePacketError('used after it was given back')
    return this.#packet
  }
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ServedFrames, startFrameServer } from '../support/frame-server.ts'
import { idOf, ping, pong, submit, submitAck } from '../support/frames.ts'
import type { Peer } from '../support/peer.ts'
import { randomPieces } from '../support/pieces.ts'
import { Random } from '../support/random.ts'
import { everySwitching, randomSwitches } from '../support/switches.ts'
import { turns, until } from '../support/until.ts'

test('there are 32 ways to set the switches', () => {
  assert.equal(everySwitching.length, 32)
})

test('a lone Submit is acked at once, with nothing sent behind it, however the switches are set', async t => {
  for (const { name, switches } of everySwitching) {
    const served = await startFrameServer(t, { switches })
    const peer = await served.connect()
    for (let number = 0; number < 3; number++) {
      assert.deepEqual(await peer.ask(submit(idOf(number), Buffer.alloc(number)), 14), submitAck(idOf(number)), name)
      assert.deepEqual(await peer.ask(ping(idOf(number)), 13), pong(idOf(number)), name)
    }
    assert.equal(served.totals.framesSent, 6)
  }
})

test('a lone Submit that comes in pieces is acked with its last byte, however the switches are set', async t => {
  for (const { name, switches } of everySwitching) {
    const served = await startFrameServer(t, { switches })
    const peer = await served.connect()
    const request = submit(idOf(7), Buffer.from('payload'))
    await peer.sendPieces(randomPieces(request, new Random(3), 4), () => served.totals.bytesReceived)
    assert.deepEqual(await peer.bytes(14), submitAck(idOf(7)), name)
  }
})

/** Submits numbered from 0 on, so many in flight, in pieces of any size; every ack is compared as it comes. */
class PipeliningPeer {
  acked = 0
  #sent = 0
  readonly #peer: Peer
  readonly #count: number
  readonly #random: Random
  #rest: Buffer = Buffer.alloc(0)

  constructor(peer: Peer, count: number, seed: number) {
    this.#peer = peer
    this.#count = count
    this.#random = new Random(seed)
    peer.socket.on('data', chunk => this.#check(chunk))
  }

  get isDone(): boolean {
    return this.acked === this.#count
  }

  /** Sends a run of Submits, the last of them perhaps only in part; the rest follows with the next run. */
  sendSome(): void {
    const parts = [this.#rest]
    const wanted = Math.min(this.#count - this.#sent, this.#random.between(0, 50))
    for (let count = 0; count < wanted && this.#sent - this.acked < 2000; count++) {
      parts.push(submit(idOf(this.#sent), Buffer.alloc(this.#random.between(0, 90), this.#sent)))
      this.#sent++
    }
    const run = Buffer.concat(parts)
    const kept = this.#sent < this.#count && this.#random.chance(0.5) ? this.#random.between(0, 12) : 0
    const end = Math.max(0, run.byteLength - kept)
    this.#rest = run.subarray(end)
    for (const piece of randomPieces(run.subarray(0, end), this.#random, this.#random.pick([3, 700, 5000]))) {
      if (piece.byteLength > 0) this.#peer.send(piece)
    }
  }

  #partial: Buffer = Buffer.alloc(0)

  #check(chunk: Buffer): void {
    const bytes = Buffer.concat([this.#partial, chunk])
    const whole = bytes.byteLength - (bytes.byteLength % 14)
    const expected = Buffer.concat(
      Array.from({ length: whole / 14 }, (_, index) => submitAck(idOf(this.acked + index)))
    )
    assert.ok(bytes.subarray(0, whole).equals(expected), `acks from ${this.acked} on are in order`)
    this.acked += whole / 14
    this.#partial = bytes.subarray(whole)
  }
}

test('all switches flipped at random under pipelined load lose, repeat and reorder nothing', async t => {
  const connections = 24
  const submitsEach = 8_000
  const served: ServedFrames = await startFrameServer(t, { switches: 'pooled' })
  const random = new Random(1)
  const peers: PipeliningPeer[] = []
  for (let seed = 0; seed < connections; seed++) {
    peers.push(new PipeliningPeer(await served.connectDeaf(), submitsEach, seed))
  }
  let flips = 0
  while (!peers.every(peer => peer.isDone)) {
    const ackedBefore = served.totals.framesSent
    for (const peer of peers) peer.sendSome()
    served.server.applySwitches(randomSwitches(random))
    flips++
    await turns(random.between(1, 3))
    // Nagle's algorithm may hold an ack back until the peer's kernel has confirmed the one before.
    if (served.totals.framesSent === ackedBefore) await turns(20)
  }
  await until(() => served.totals.framesSent === connections * submitsEach, 'the counters are written')
  assert.ok(flips > 200, `${flips} flips`)
  assert.equal(served.totals.framesReceived, connections * submitsEach)
  assert.deepEqual(served.refusals, [])
})

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { presetNames } from '../../src/contract/optimizations.ts'
import { allSteps } from '../../src/dataplane/steps.ts'
import { startFrameServer } from '../support/frame-server.ts'
import { idOf, submit, submitAck, submitAcks, submits } from '../support/frames.ts'
import { memoryHeld } from '../support/memory.ts'
import type { Peer } from '../support/peer.ts'
import { everySwitching } from '../support/switches.ts'
import { turns, until } from '../support/until.ts'

const BLOCK_FRAMES = 5000
const MEGABYTE = 1024 * 1024

/** Numbers its Submits and sends as many as the server takes, keeping little waiting at its own end. */
class Flood {
  blocks = 0
  readonly #peer: Peer

  constructor(peer: Peer) {
    this.#peer = peer
  }

  get frames(): number {
    return this.blocks * BLOCK_FRAMES
  }

  send(): void {
    if (this.#peer.socket.writableLength > 0 || this.#peer.socket.destroyed) return
    this.#peer.send(submits(BLOCK_FRAMES, 0, this.frames))
    this.blocks++
  }

  /** Until the server has read nothing for a good while, although there is something to read. */
  async untilStalled(bytesReceived: () => number): Promise<void> {
    for (let quiet = 0, last = -1; quiet < 300; ) {
      this.send()
      await turns(1)
      quiet = bytesReceived() === last && this.#peer.socket.writableLength > 0 ? quiet + 1 : 0
      last = bytesReceived()
    }
  }
}

for (const preset of presetNames) {
  test(`${preset}: a peer that never reads is not read from either, costs bounded memory, and is closed`, async t => {
    const served = await startFrameServer(t, {
      switches: preset,
      limits: { highWaterBytes: 64 * 1024, drainTimeoutMs: 600 }
    })
    const deaf = await served.connectDeaf()
    const address = `127.0.0.1:${deaf.port}`
    const other = await served.connect()
    const before = memoryHeld()
    await new Flood(deaf).untilStalled(() => served.totals.bytesReceived)

    const held = memoryHeld() - before
    assert.ok(held < MEGABYTE, `${held} bytes held`)
    assert.deepEqual(await other.ask(submit(idOf(1)), 14), submitAck(idOf(1)))

    await until(() => served.totals.connectionsOpen === 1, 'the deaf peer is closed')
    assert.deepEqual(
      served.refusals.map(({ reason, peer, error }) => [reason, peer, error]),
      [['slow_consumer', address, null]]
    )
    assert.equal(served.totals.refused.slow_consumer, 1)
    assert.equal(served.totals.closed.slow_consumer, 1)
    assert.deepEqual(await other.ask(submit(idOf(2)), 14), submitAck(idOf(2)))
  })
}

test('a peer that begins to read late gets every ack, in order, however the switches are set', async t => {
  // Not all 32: reader, packets and delay make no difference to acks that wait.
  const deciding = everySwitching.filter(({ switches }) => {
    return switches.noDelay && switches.bufferedReader && switches.packetPool
  })
  assert.equal(deciding.length, 4)
  for (const { name, switches } of deciding) {
    const served = await startFrameServer(t, { switches, limits: { highWaterBytes: 16 * 1024 } })
    const late = await served.connectDeaf()
    const flood = new Flood(late)
    await flood.untilStalled(() => served.totals.bytesReceived)
    late.read()
    const received = await late.bytes(flood.frames * 14)
    assert.ok(received.equals(submitAcks(flood.frames)), name)
    assert.deepEqual(served.refusals, [])
    // Reading goes on.
    assert.deepEqual(await late.ask(submit(idOf(1)), 14), submitAck(idOf(1)), name)
    late.socket.destroy()
  }
})

test('a peer that takes its acks slowly but takes them is not closed', async t => {
  const served = await startFrameServer(t, { limits: { highWaterBytes: 4096, drainTimeoutMs: 1000 } })
  const slow = await served.connectDeaf()
  const deaf = await served.connectDeaf()
  const flood = new Flood(slow)
  const other = new Flood(deaf)
  await other.untilStalled(() => served.totals.bytesReceived)
  await flood.untilStalled(() => served.totals.bytesReceived)
  let taken = 0
  slow.socket.on('data', chunk => {
    taken += chunk.byteLength
    slow.socket.pause()
  })
  while (!served.totals.closed.slow_consumer) {
    slow.socket.resume()
    flood.send()
    await turns(3)
  }
  assert.equal(served.totals.connectionsOpen, 1)
  assert.ok(taken > 0)
  assert.equal(served.totals.refused.slow_consumer, 1)
})

test('a peer that takes its acks byte by byte is as good as deaf: bounded, and closed in time', async t => {
  const served = await startFrameServer(t, { limits: { highWaterBytes: 64 * 1024, drainTimeoutMs: 600 } })
  const other = await served.connect()
  const before = memoryHeld()
  let sips = 0
  const onread = {
    buffer: Buffer.alloc(1),
    callback: () => {
      sips++
      return false
    }
  }
  const sipping = connect({ port: served.port, host: '127.0.0.1', onread })
  sipping.on('error', () => {})
  t.after(() => sipping.destroy())
  while (!served.totals.closed.slow_consumer) {
    sipping.resume()
    if (sipping.writableLength === 0) sipping.write(submits(BLOCK_FRAMES, 0))
    await turns(5)
    const held = memoryHeld() - before
    assert.ok(held < 2 * MEGABYTE, `${held} bytes held`)
  }
  assert.ok(sips > 20, `${sips} bytes were taken`)
  assert.deepEqual(
    served.refusals.map(({ reason }) => reason),
    ['slow_consumer']
  )
  assert.deepEqual(await other.ask(submit(idOf(1)), 14), submitAck(idOf(1)))
})

test('what waits for a deaf peer is bounded by the high-water mark and one batch', async t => {
  const highWaterBytes = 32 * 1024
  const readBufferBytes = 16 * 1024
  const served = await startFrameServer(t, { limits: { highWaterBytes, readBufferBytes } })
  const deaf = await served.connectDeaf()
  await new Flood(deaf).untilStalled(() => served.totals.bytesReceived)
  const unsent = served.totals.bytesSent - deaf.receivedBytes
  assert.ok(unsent > 0)
  const { items } = allSteps(
    served.server.directory.list({ filter: {}, sort: 'id', order: 'asc', limit: 1, after: null, held: null })
  )
  const pendingBytes = items[0]?.pendingBytes ?? -1
  assert.ok(pendingBytes >= highWaterBytes, `${pendingBytes} bytes wait`)
  // An empty Submit is 13 bytes and its ack 14.
  assert.ok(pendingBytes <= highWaterBytes + 1.1 * readBufferBytes, `${pendingBytes} bytes wait`)
})

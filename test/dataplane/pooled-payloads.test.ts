import assert from 'node:assert/strict'
import { test } from 'node:test'
import { presetSwitches } from '../../src/contract/optimizations.ts'
import { POISON, StalePacketError } from '../../src/dataplane/packet-pool.ts'
import type { Submit } from '../../src/dataplane/submit-handler.ts'
import { inItsTime, startFrameServer, synchronously } from '../support/frame-server.ts'
import { conn, idOf, submit, submitAck, submitAcks, submits } from '../support/frames.ts'
import { PendingHandler } from '../support/pending.ts'
import { randomPieces } from '../support/pieces.ts'
import { Random } from '../support/random.ts'
import { stages } from '../support/switches.ts'
import { turns, until } from '../support/until.ts'

/** A payload that tells which Submit it belongs to, byte for byte. */
function payloadOf(number: number): Buffer {
  return new Random(number).bytes(number % 97)
}

const isRight = ({ id, payload, payloadBytes }: Submit): boolean => {
  const number = Number(id.readBigUInt64BE())
  return payload.equals(payloadOf(number)) && payloadBytes === number % 97
}

for (const { name, switches } of stages) {
  for (const poolGuard of [false, true]) {
    const guarded = poolGuard ? ', guarded' : ''

    test(`${name}${guarded}: every handler sees the payload of its own Submit, to its end`, async t => {
      const random = new Random(21)
      const later = async (submit: Submit): Promise<number> => {
        if (!isRight(submit)) return 7
        await turns(random.between(0, 3))
        return isRight(submit) ? 0 : 8
      }
      for (const handler of [
        synchronously(submit => (isRight(submit) ? 0 : 7)),
        inItsTime(submit => (isRight(submit) ? 0 : 7)),
        inItsTime(later),
        inItsTime(submit => (random.chance(0.5) && isRight(submit) ? 0 : later(submit)))
      ]) {
        const served = await startFrameServer(t, { switches, poolGuard, handler })
        const peers = await served.connectMany(3)
        const count = 150
        for (const peer of peers) {
          const stream = Buffer.concat(
            Array.from({ length: count }, (_, number) => submit(idOf(number), payloadOf(number)))
          )
          for (const piece of randomPieces(stream, random, 700)) peer.send(piece)
        }
        for (const peer of peers) assert.deepEqual(await peer.bytes(count * 14), submitAcks(count))
        assert.deepEqual(served.refusals, [])
      }
    })

    test(`${name}${guarded}: a payload is right until its promise settles, although its peer is gone`, async t => {
      const pending = new PendingHandler()
      const served = await startFrameServer(t, { switches, poolGuard, handler: pending.handler })
      const peer = await served.connect()
      peer.send(Buffer.concat([10, 11, 12].map(number => submit(idOf(number), payloadOf(number)))))
      await until(() => pending.waiting.length === 3, 'all are with the handler')
      pending.of(11).settle(0)
      peer.reset()
      await served.untilEmpty()
      const other = await served.connect()
      other.send(Buffer.concat([90, 91, 92, 93].map(number => submit(idOf(number), payloadOf(number)))))
      await until(() => pending.waiting.length === 6, 'the other peer is served')
      assert.ok(pending.waiting.every(({ submit }) => isRight(submit)))
      const kept = pending.of(10).submit
      pending.of(10).settle(0)
      await turns(2)
      if (switches.packetPool) assert.throws(() => kept.payload, StalePacketError)
      else assert.ok(isRight(kept))
      assert.ok(pending.waiting.every(({ submit }) => isRight(submit)))
      pending.settleAll()
      assert.equal((await other.bytes(4 * 14)).byteLength, 4 * 14)
    })
  }
}

test('the pool lends one packet to a whole batch, switched on and off between two requests of a live connection', async t => {
  const seen: Submit[] = []
  const handler = synchronously(submit => {
    seen.push(submit)
    return 0
  })
  const served = await startFrameServer(t, { handler })
  const peer = await served.connect()
  for (const packetPool of [true, false, true]) {
    served.server.applySwitches({ ...presetSwitches('pooled'), packetPool })
    seen.length = 0
    assert.deepEqual(await peer.ask(submits(20), 280), submitAcks(20))
    assert.equal(new Set(seen).size, packetPool ? 1 : 20)
    // A packet that is nobody else's may be kept.
    if (!packetPool)
      assert.deepEqual(
        seen.map(({ id }) => Number(id.readBigUInt64BE())),
        [...seen.keys()]
      )
  }
})

test('a packet that a handler kept is stale once its batch is over', async t => {
  for (const poolGuard of [false, true]) {
    let kept: Submit | null = null
    const handler = synchronously(submit => {
      kept ??= submit
      return 0
    })
    const served = await startFrameServer(t, { handler, poolGuard })
    const peer = await served.connect()
    assert.deepEqual(await peer.ask(submits(3), 42), submitAcks(3))
    const stale = kept as unknown as Submit
    assert.throws(() => stale.id, StalePacketError)
    assert.throws(() => stale.payload, StalePacketError)
    assert.throws(() => stale.payloadBytes, StalePacketError)
  }
})

test('with the guard, a kept packet stays stale, and a kept payload shows poison, whoever is served', async t => {
  const packets: Submit[] = []
  const payloads: Buffer[] = []
  let seenOfOthers = 0
  const handler = synchronously(submit => {
    // Also while the other peer's Submit lies where the kept one lay.
    for (const kept of payloads) if (!kept.every(byte => byte === POISON)) seenOfOthers++
    if (submit.payload.includes('secret')) return 0
    packets.push(submit)
    payloads.push(submit.payload)
    return 0
  })
  const secret = Buffer.alloc(200, 'secret')
  for (const bufferedReader of [true, false]) {
    const switches = { ...presetSwitches('pooled'), bufferedReader }
    const served = await startFrameServer(t, { handler, poolGuard: true, switches })
    const nosy = await served.connect()
    assert.deepEqual(await nosy.ask(submit(idOf(1), Buffer.alloc(60, 'x')), 14), submitAck(idOf(1)))
    const other = await served.connect()
    for (const request of [submit(idOf(2), secret), conn(idOf(3), secret), submit(idOf(4), Buffer.from('secret'))]) {
      await other.ask(request, 14)
      for (const payload of payloads) assert.ok(payload.every(byte => byte === POISON))
    }
    // Half a frame is no packet yet, but bytes of the other peer all the same.
    await other.sendPieces([submit(idOf(5), secret).subarray(0, 150)], () => served.totals.bytesReceived)
    for (const payload of payloads) assert.ok(payload.every(byte => byte === POISON))
  }
  assert.ok(packets.every(packet => throwsStale(() => packet.payload)))
  assert.equal(packets.length, 2)
  assert.equal(seenOfOthers, 0)
})

test('with the guard, what a settled promise kept shows poison', async t => {
  const pending = new PendingHandler()
  const served = await startFrameServer(t, { handler: pending.handler, poolGuard: true })
  const peer = await served.connect()
  peer.send(submit(idOf(1), Buffer.from('for your eyes only')))
  await until(() => pending.waiting.length === 1, 'it is with the handler')
  const { payload } = pending.of(1).submit
  assert.equal(payload.toString(), 'for your eyes only')
  pending.of(1).settle(0)
  await peer.bytes(14)
  assert.ok(payload.every(byte => byte === POISON))
})

function throwsStale(use: () => unknown): boolean {
  try {
    use()
    return false
  } catch (error) {
    return error instanceof StalePacketError
  }
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ServedFrames, startFrameServer, synchronously } from '../support/frame-server.ts'
import { close, idOf, ping, pong, submit, submitAcks, submits } from '../support/frames.ts'
import type { Peer } from '../support/peer.ts'
import { stages } from '../support/switches.ts'
import { blockLoop, turns, until } from '../support/until.ts'

const half = submit(idOf(1), Buffer.alloc(50)).subarray(0, 30)

/** Asks again and again until the condition holds: a peer that is alive all the time. */
async function askUntil(peer: Peer, condition: () => boolean): Promise<void> {
  for (let number = 0; !condition(); number++) {
    assert.deepEqual(await peer.ask(ping(idOf(number)), 13), pong(idOf(number)))
    await turns(20)
  }
}

function assertRefusedOnce(served: ServedFrames, reason: 'frame_timeout' | 'idle_timeout', peer: string): void {
  const told = served.refusals.map(refusal => [refusal.reason, refusal.peer, refusal.error])
  assert.deepEqual(told, [[reason, peer, null]])
  assert.equal(served.totals.refused[reason], 1)
}

for (const { name, switches } of stages) {
  test(`${name}: a frame begun but not finished in time ends its connection, after the frames before it`, async t => {
    const served = await startFrameServer(t, { switches, limits: { frameTimeoutMs: 120 } })
    const slow = await served.connect()
    const alive = await served.connect()
    const address = `127.0.0.1:${slow.port}`
    slow.send(Buffer.concat([submits(3), half]))
    await askUntil(alive, () => slow.ended)
    assert.deepEqual(slow.received, submitAcks(3))
    slow.end()
    await slow.untilClosed()
    assertRefusedOnce(served, 'frame_timeout', address)
    await until(() => served.totals.connectionsOpen === 1, 'only the live peer is left')
    assert.equal(served.totals.closed.frame_timeout, 1)
  })

  test(`${name}: a frame that drips in byte by byte is out of time all the same`, async t => {
    const served = await startFrameServer(t, { switches, limits: { frameTimeoutMs: 120 } })
    const dripping = await served.connect()
    const address = `127.0.0.1:${dripping.port}`
    dripping.send(submits(1))
    const endless = submit(idOf(2), Buffer.alloc(500_000))
    for (let at = 0; !dripping.ended; at++) {
      dripping.send(endless.subarray(at, at + 1))
      await turns(5)
    }
    assert.deepEqual(dripping.received, submitAcks(1))
    assertRefusedOnce(served, 'frame_timeout', address)
  })
}

for (const preset of ['baseline', 'pooled'] as const) {
  test(`${preset}: a silent connection is ended, one that asks is not`, async t => {
    const served = await startFrameServer(t, { switches: preset, limits: { idleTimeoutMs: 400 } })
    const silent = await served.connect()
    const alive = await served.connect()
    const address = `127.0.0.1:${silent.port}`
    await askUntil(alive, () => silent.ended)
    assertRefusedOnce(served, 'idle_timeout', address)
    silent.end()
    await until(() => served.totals.closed.idle_timeout === 1, 'the silent peer is gone')
  })
}

test('a header begun but not finished counts as a frame begun', async t => {
  const served = await startFrameServer(t, { limits: { frameTimeoutMs: 50 } })
  const peer = await served.connect()
  peer.send(Buffer.from([0]))
  await peer.untilEnded()
  assert.equal(served.totals.refused.frame_timeout, 1)
})

test('a frame that is finished in time is not held against the next one', async t => {
  const served = await startFrameServer(t, { limits: { frameTimeoutMs: 400 } })
  const peer = await served.connect()
  const rival = await served.connect()
  rival.send(half)
  // Every piece ends one frame and begins another, for longer than one frame may take.
  const stream = submits(2)
  const cutAt = 20
  peer.send(stream.subarray(0, cutAt))
  while (!rival.ended) {
    peer.send(Buffer.concat([stream.subarray(cutAt, 33), stream.subarray(0, cutAt)]))
    await turns(50)
  }
  assert.equal(served.totals.refused.frame_timeout, 1)
  assert.equal(peer.ended, false)
  assert.equal(served.totals.connectionsOpen, 2)
})

test('a timeout of 0 is none', async t => {
  const served = await startFrameServer(t, { limits: { frameTimeoutMs: 0, idleTimeoutMs: 0, lingerTimeoutMs: 40 } })
  const beginning = await served.connect()
  beginning.send(half)
  const ending = await served.connect()
  ending.send(close(idOf(1)))
  // The timer that enforces the limits runs, or the ended connection would stay.
  await until(() => served.totals.connectionsOpen === 1, 'the ended connection is gone')
  assert.equal(beginning.ended, false)
  assert.deepEqual(served.refusals, [])
})

test('a peer that does not say goodbye to an ended connection is let go', async t => {
  const served = await startFrameServer(t, { limits: { lingerTimeoutMs: 40 } })
  const peer = await served.connect()
  peer.send(Buffer.concat([submits(2), close(idOf(3))]))
  assert.equal((await peer.untilEnded()).byteLength, 2 * 14 + 13)
  await served.untilEmpty()
  assert.equal(served.totals.closed.peer_requested, 1)
})

/** The event loop stands still, as it does for a heap snapshot, while bytes come: they are read before time is called. */
for (const [limit, reason] of [
  ['frameTimeoutMs', 'frame_timeout'],
  ['idleTimeoutMs', 'idle_timeout']
] as const) {
  test(`bytes that came in time save a connection from ${reason} although the server was too busy to read them`, async t => {
    let late: Peer | null = null
    const busy = synchronously(({ payloadBytes }) => {
      if (payloadBytes === 77) {
        late?.send(submit(idOf(1), Buffer.alloc(50)).subarray(30))
        blockLoop(300)
      }
      return 0
    })
    const served = await startFrameServer(t, { handler: busy, limits: { [limit]: 150 } })
    const keeper = await served.connect()
    late = await served.connect()
    await late.sendPieces([half], () => served.totals.bytesReceived)
    keeper.send(submit(idOf(2), Buffer.alloc(77)))
    assert.deepEqual(await late.bytes(14), submitAcks(1, 1))
    const address = `127.0.0.1:${late.port}`
    assert.ok(served.refusals.every(({ peer }) => peer !== address))
  })
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inItsTime, startFrameServer } from '../support/frame-server.ts'
import {
  close,
  closeAck,
  conn,
  connAck,
  idOf,
  ping,
  pong,
  submit,
  submitAck,
  submitAcks,
  submits
} from '../support/frames.ts'
import { PendingHandler } from '../support/pending.ts'
import { Random } from '../support/random.ts'
import { stages } from '../support/switches.ts'
import { turns, until } from '../support/until.ts'

for (const { name, switches } of stages) {
  test(`${name}: handlers that end out of order are acked in order, each with its own result`, async t => {
    const pending = new PendingHandler()
    const served = await startFrameServer(t, { switches, handler: pending.handler })
    const peer = await served.connect()
    const random = new Random(11)
    const count = 400
    peer.send(submits(count))
    for (let settled = 0; settled < count; settled++) {
      await until(() => pending.waiting.length > 0, 'a Submit is with the handler')
      const { number, settle, fail } = random.pick(pending.waiting)
      if (number % 7 === 6) fail(new Error('rejected on purpose'))
      else settle(number % 7)
      if (random.chance(0.2)) await turns(1)
    }
    const expected = Array.from({ length: count }, (_, number) =>
      submitAck(idOf(number), number % 7 === 6 ? 1 : number % 7)
    )
    assert.deepEqual(await peer.bytes(count * 14), Buffer.concat(expected))
    assert.equal(served.totals.handlerErrors, Math.floor(count / 7))
  })

  test(`${name}: an ack waits for those before it and for nothing behind it`, async t => {
    const pending = new PendingHandler()
    const served = await startFrameServer(t, { switches, handler: pending.handler })
    const peer = await served.connect()
    peer.send(submits(4))
    await until(() => pending.waiting.length === 4, 'all are with the handler')
    pending.of(2).settle(0)
    pending.of(1).settle(0)
    await turns(20)
    assert.equal(peer.receivedBytes, 0)
    pending.of(0).settle(0)
    assert.deepEqual(await peer.bytes(3 * 14), submitAcks(3))
    await turns(20)
    assert.equal(peer.receivedBytes, 3 * 14)
    pending.of(3).settle(0)
    assert.deepEqual(await peer.bytes(4 * 14), submitAcks(4))
  })

  test(`${name}: answers at once, and other requests, keep their place among promises`, async t => {
    const later: (() => void)[] = []
    const handler = inItsTime(({ id }) => {
      if ((id[7] as number) % 3 !== 0) return (id[7] as number) % 2
      return new Promise(resolve => later.push(() => resolve(0)))
    })
    const served = await startFrameServer(t, { switches, handler })
    const peer = await served.connect()
    const requests: Buffer[] = []
    const answers: Buffer[] = []
    for (let number = 1; number <= 60; number++) {
      const id = idOf(number)
      requests.push(submit(id), ping(id), conn(id, Buffer.from('hello')))
      answers.push(submitAck(id, number % 3 === 0 ? 0 : number % 2), pong(id), connAck(id))
    }
    requests.push(close(idOf(0)), submit(idOf(99)))
    answers.push(closeAck(idOf(0)))
    peer.send(Buffer.concat(requests))
    await until(() => later.length === 20, 'all promises are made')
    const random = new Random(2)
    while (later.length > 0) {
      later.splice(random.between(0, later.length - 1), 1)[0]?.()
      await turns(1)
    }
    assert.deepEqual(await peer.untilEnded(), Buffer.concat(answers))
    assert.equal(served.totals.framesReceived, 181)
  })

  test(`${name}: a peer that has ended its side gets the acks of what is still with the handler`, async t => {
    const pending = new PendingHandler()
    const served = await startFrameServer(t, { switches, handler: pending.handler })
    const peer = await served.connect()
    peer.send(submits(30))
    peer.end()
    await until(() => pending.waiting.length === 30, 'all are with the handler')
    await turns(10)
    assert.equal(peer.ended, false)
    pending.settleAll()
    assert.deepEqual(await peer.untilClosed(), submitAcks(30))
    assert.equal(peer.error, null)
    await served.untilEmpty()
    assert.equal(served.totals.closed.peer_closed, 1)
  })
}

test('many handlers that end together are acked in one write', async t => {
  const pending = new PendingHandler()
  const served = await startFrameServer(t, { handler: pending.handler })
  const peer = await served.connect()
  peer.send(submits(200))
  await until(() => pending.waiting.length === 200, 'all are with the handler')
  pending.settleAll()
  assert.deepEqual(await peer.bytes(200 * 14), submitAcks(200))
  assert.ok(served.totals.writes <= 2, `${served.totals.writes} writes`)
})

test('switches flipped while handlers are at work lose and reorder nothing', async t => {
  const pending = new PendingHandler()
  const served = await startFrameServer(t, { handler: pending.handler })
  const peer = await served.connect()
  const random = new Random(6)
  const count = 600
  const sent = peer.sendPieces(
    Array.from({ length: count }, (_, number) => submit(idOf(number), Buffer.alloc(number % 50))),
    () => served.totals.bytesReceived
  )
  while (peer.receivedBytes < count * 14) {
    served.server.applySwitches(random.pick(stages).switches)
    if (pending.waiting.length > 0) random.pick(pending.waiting).settle(0)
    await turns(random.between(0, 1))
  }
  await sent
  assert.deepEqual(peer.received, submitAcks(count))
})

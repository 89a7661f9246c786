import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFrameServer } from '../support/frame-server.ts'
import {
  close,
  closeAck,
  conn,
  connAck,
  dialects,
  frame,
  idOf,
  ping,
  pong,
  submit,
  submitAck,
  submitAcks,
  submits
} from '../support/frames.ts'
import { Random } from '../support/random.ts'
import { stages } from '../support/switches.ts'

const first = Buffer.from('00000001')
const second = Buffer.from('00000002')

for (const { name, switches } of stages) {
  for (const dialect of dialects) {
    test(`${name}, ${dialect}: each request has its answer, with the id and nothing else echoed`, async t => {
      const served = await startFrameServer(t, { switches, dialect })
      const peer = await served.connect()
      const payload = Buffer.from('a greeting')
      assert.deepEqual(await peer.ask(conn(first, payload), 14), connAck(first, dialect))
      assert.deepEqual(await peer.ask(conn(second), 14), connAck(second, dialect))
      assert.deepEqual(await peer.ask(submit(first, payload), 14), submitAck(first, 0, dialect))
      assert.deepEqual(await peer.ask(ping(first), 13), pong(first, dialect))
      assert.equal(pong(first).byteLength, 13)
      // A greeting is optional, and may come at any time and again.
      assert.deepEqual(await peer.ask(conn(second, payload), 14), connAck(second, dialect))
      assert.deepEqual(await peer.ask(close(second), 13), closeAck(second, dialect))
      await peer.untilEnded()
      assert.equal(peer.receivedBytes, 14 * 4 + 13 * 2)
      assert.deepEqual(served.refusals, [])
    })

    test(`${name}, ${dialect}: requests of all kinds in one piece are answered in their order`, async t => {
      const served = await startFrameServer(t, { switches, dialect })
      const peer = await served.connect()
      const requests: Buffer[] = []
      const answers: Buffer[] = []
      const random = new Random(5)
      for (let number = 0; number < 300; number++) {
        const id = idOf(number)
        const payload = random.bytes(random.between(0, 30))
        const [request, answer] = random.pick([
          [submit(id, payload), submitAck(id, 0, dialect)],
          [submit(id, payload), submitAck(id, 0, dialect)],
          [conn(id, payload), connAck(id, dialect)],
          [ping(id), pong(id, dialect)]
        ])
        requests.push(request as Buffer)
        answers.push(answer as Buffer)
      }
      const expected = Buffer.concat(answers)
      assert.deepEqual(await peer.ask(Buffer.concat(requests), expected.byteLength), expected)
    })
  }

  test(`${name}: Close answers what came before, then itself, and nothing behind it`, async t => {
    const served = await startFrameServer(t, { switches })
    const peer = await served.connect()
    peer.send(Buffer.concat([submits(50), close(first), submits(50, 20, 50), Buffer.from('no frame at all')]))
    assert.deepEqual(await peer.untilEnded(), Buffer.concat([submitAcks(50), closeAck(first)]))
    // The peer has not ended yet: what it still sends is thrown away, and not answered with a reset.
    peer.send(submits(5))
    peer.end()
    await peer.untilClosed()
    assert.equal(peer.error, null)
    await served.untilEmpty()
    assert.equal(served.totals.closed.peer_requested, 1)
    assert.equal(served.totals.framesReceived, 51)
    assert.deepEqual(served.refusals, [])
  })

  test(`${name}: an id is any eight bytes`, async t => {
    const served = await startFrameServer(t, { switches })
    const peer = await served.connect()
    const random = new Random(9)
    const ids: Buffer[] = [
      '0000000000000000',
      'ffffffffffffffff',
      // Patterns that a float64 calls NaN, signalling ones too: they must not pass through a number.
      '7ff0000000000001',
      '7ff4dead0000beef',
      'fff0000000000001',
      '7ff8000000000000',
      '010000000000f07f',
      '00000000000d0a00'
    ].map(hex => Buffer.from(hex, 'hex'))
    for (let count = 0; count < 200; count++) ids.push(Buffer.from(random.bytes(8)))
    for (const [request, answer] of [
      [submit, submitAck],
      [conn, connAck],
      [ping, pong]
    ] as const) {
      const expected = Buffer.concat(ids.map(id => answer(id)))
      assert.deepEqual(await peer.ask(Buffer.concat(ids.map(id => request(id))), expected.byteLength), expected)
    }
  })

  test(`${name}: a peer that sends its end with its last frame still gets its acks`, async t => {
    const served = await startFrameServer(t, { switches })
    const peer = await served.connect()
    peer.send(submits(1000))
    peer.end()
    assert.deepEqual(await peer.untilClosed(), submitAcks(1000))
    assert.equal(peer.error, null)
    await served.untilEmpty()
    assert.equal(served.totals.closed.peer_closed, 1)
  })

  test(`${name}: a peer that was refused but sends on gets its acks and an end, not a reset`, async t => {
    const served = await startFrameServer(t, { switches })
    const peer = await served.connect()
    peer.send(Buffer.concat([submits(100), frame(0x7f, Buffer.alloc(8)), submits(20_000)]))
    assert.deepEqual(await peer.untilEnded(), submitAcks(100))
    peer.send(submits(100))
    peer.end()
    await peer.untilClosed()
    assert.equal(peer.error, null)
    assert.equal(served.refusals.length, 1)
    assert.equal(served.totals.framesReceived, 100)
  })
}

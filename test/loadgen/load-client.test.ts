import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { LoadErrorKind } from '../../src/contract/load-figures.ts'
import { afterCalls, assertBalanced, loadRun, until } from './runs.ts'
import { ackFrame, acks, plainServer, submitServer } from './servers.ts'

/** One connection to a server that answers its first ten Submits so; the run ends with that connection. */
async function faultOf(
  t: TestContext,
  answer: (socket: Socket, ids: Buffer[]) => void
): Promise<{
  errors: Partial<Record<LoadErrorKind, number>>
  acked: number
  lost: number
}> {
  const address = await submitServer(t, answer)
  const run = loadRun(t, address, { connections: 1 })
  await run.start()
  const figures = await run.finished
  assertBalanced(run, figures)
  return { errors: figures.errors, acked: figures.acked, lost: figures.lost }
}

const spoiled = (id: Buffer, offset: number, value: number): Buffer => {
  const frame = ackFrame(id)
  frame[offset] = value
  return frame
}

test('acks in the wrong order end the connection as wrong_id', async t => {
  const outcome = await faultOf(t, (socket, ids) => socket.write(acks(ids.toReversed())))
  assert.deepEqual(outcome, { errors: { wrong_id: 1 }, acked: 0, lost: 10 })
})

test('an id of another connection is a wrong_id', async t => {
  const outcome = await faultOf(t, (socket, [first = Buffer.alloc(8)]) => socket.write(spoiled(first, 8, 9)))
  assert.deepEqual(outcome, { errors: { wrong_id: 1 }, acked: 0, lost: 10 })
})

test('an ack that comes twice is a wrong_id, and the good ones before it count', async t => {
  const outcome = await faultOf(t, (socket, ids) => socket.write(acks([...ids.slice(0, 4), ...ids.slice(3)])))
  assert.deepEqual(outcome, { errors: { wrong_id: 1 }, acked: 4, lost: 6 })
})

test('an ack for a Submit that was never sent is a wrong_id, though its id would be the next', async t => {
  const address = await submitServer(t, (socket, ids) => {
    const invented = Buffer.from(ids.at(-1) as Buffer)
    invented.writeUInt32BE(invented.readUInt32BE(4) + 1, 4)
    socket.write(acks([...ids, invented]))
  })
  const run = loadRun(t, address, { connections: 1, inFlight: 1 })
  await run.start()
  const figures = await run.finished
  assert.deepEqual(figures.errors, { wrong_id: 1 })
  assert.equal(run.totals.acked, 1)
})

for (const [what, offset, value] of [
  ['another length', 3, 15],
  ['another command', 4, 0x80],
  ["the other dialect's command", 4, 0x82]
] as const) {
  test(`a frame with ${what} is malformed and ends the connection`, async t => {
    const outcome = await faultOf(t, (socket, ids) => socket.write(spoiled(ids[0] as Buffer, offset, value)))
    assert.deepEqual(outcome, { errors: { malformed: 1 }, acked: 0, lost: 10 })
  })
}

test('a connection that the server closes early is counted, and what was outstanding on it is lost', async t => {
  const outcome = await faultOf(t, (socket, ids) => socket.end(acks(ids.slice(0, 3))))
  assert.deepEqual(outcome, { errors: { closed: 1 }, acked: 3, lost: 10 })
})

test('a connection that the server resets is counted the same', async t => {
  const outcome = await faultOf(t, socket => socket.resetAndDestroy())
  assert.deepEqual(outcome, { errors: { closed: 1 }, acked: 0, lost: 10 })
})

test('a connection closed before anything was sent is counted too', async t => {
  const address = await plainServer(t, socket => socket.destroy())
  const run = loadRun(t, address, { connections: 3 })
  await run.start()
  assert.deepEqual((await run.finished).errors, { closed: 3 })
})

test('a result that is not ok is counted as refused, for each Submit, and the load goes on', async t => {
  const served = afterCalls(100)
  let refusals = 0
  const address = await submitServer(t, (socket, ids) => {
    for (const id of ids) {
      const result = (id[7] as number) % 3
      if (result > 0) refusals++
      socket.write(ackFrame(id, result))
    }
    served.call(ids.length)
  })
  const run = loadRun(t, address)
  await run.start()
  await until(served, run)
  const figures = await run.stop()
  assertBalanced(run, figures)
  assert.deepEqual(figures.errors, { refused: refusals })
  assert.equal(figures.lost, 0)
  assert.ok(refusals >= 60)
  assert.match(run.firstFault ?? '', /result/)
})

test('acks split byte by byte are put together', async t => {
  const served = afterCalls(60)
  const address = await plainServer(t, socket => {
    socket.setNoDelay(true)
    let held = Buffer.alloc(0)
    let written = Promise.resolve()
    const drip = async (id: Buffer): Promise<void> => {
      for (const byte of ackFrame(id)) {
        socket.write(Buffer.of(byte))
        await new Promise(resolve => setImmediate(resolve))
      }
      served.call()
    }
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk])
      for (; held.byteLength >= 33; held = held.subarray(33)) {
        const id = held.subarray(5, 13)
        written = written.then(() => drip(id))
      }
    })
  })
  const run = loadRun(t, address, { connections: 2, inFlight: 3 }, { quietMs: 5000 })
  await run.start()
  await until(served, run)
  const figures = await run.stop()
  assertBalanced(run, figures)
  assert.deepEqual(figures.errors, {})
  assert.equal(figures.lost, 0)
  assert.ok(run.totals.acked >= 60)
})

test('half an ack is not an ack: its Submit is lost', async t => {
  const outcome = await faultOf(t, (socket, ids) => socket.end(acks(ids).subarray(0, 14 * 9 + 13)))
  assert.deepEqual(outcome, { errors: { closed: 1 }, acked: 9, lost: 10 })
})

for (const [bound, waiting] of [
  ['after a quiet time', { quietMs: 50, waitMs: 600_000 }],
  ['in any case', { quietMs: 600_000, waitMs: 50 }]
] as const) {
  test(`a server that never answers loses everything that was sent, and the run ends ${bound}`, async t => {
    const asked = afterCalls(30)
    const address = await submitServer(t, (_socket, ids) => asked.call(ids.length))
    const run = loadRun(t, address, {}, waiting)
    await run.start()
    await until(asked, run)
    const figures = await run.stop()
    assertBalanced(run, figures)
    assert.equal(figures.sent, 30)
    assert.equal(figures.acked, 0)
    assert.equal(figures.lost, 30)
    assert.deepEqual(figures.errors, {})
    assert.equal(figures.ackedPerSecond, 0)
  })
}

test('a server that is slow to read gets every Submit once, in order, with its bytes untouched', async t => {
  const inFlight = 10_000
  const connections = 2
  const done = afterCalls(connections)
  const faults: string[] = []
  const address = await plainServer(t, socket => {
    const chunks: Buffer[] = []
    let size = 0
    const frameBytes = 13 + 1000
    socket.pause()
    setTimeout(() => socket.resume(), 50)
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.byteLength
      if (size < inFlight * frameBytes) return
      const stream = Buffer.concat(chunks)
      const payload = stream.subarray(13, frameBytes)
      for (let frame = 0; frame < inFlight; frame++) {
        const at = frame * frameBytes
        const isRight =
          stream.readUInt32BE(at) === frameBytes &&
          stream[at + 4] === 0x02 &&
          stream.readUInt32BE(at + 5) === stream.readUInt32BE(5) &&
          stream.readUInt32BE(at + 9) === frame &&
          stream.subarray(at + 13, at + frameBytes).equals(payload)
        if (!isRight) faults.push(`frame ${frame}`)
      }
      done.call()
    })
  })
  const run = loadRun(t, address, { connections, inFlight, payloadBytes: 1000 })
  await run.start()
  assert.ok(run.totals.sent < inFlight * connections, 'the sockets were behind')
  await until(done, run)
  assert.deepEqual(faults.slice(0, 5), [])
  assert.equal(run.totals.sent, inFlight * connections)
})

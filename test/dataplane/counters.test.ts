import assert from 'node:assert/strict'
import { test } from 'node:test'
import { presetSwitches, type Switches } from '../../src/contract/optimizations.ts'
import type { Traffic } from '../../src/contract/snapshot.ts'
import { startFrameServer } from '../support/frame-server.ts'
import { submitAcks, submits } from '../support/frames.ts'
import { until } from '../support/until.ts'

const FRAMES = 300
const pooled = presetSwitches('pooled')

/** What so many Submits in one piece cost. */
async function trafficOf(t: Parameters<typeof startFrameServer>[0], switches: Switches): Promise<Traffic> {
  const served = await startFrameServer(t, { switches })
  const peer = await served.connect()
  assert.deepEqual(await peer.ask(submits(FRAMES), FRAMES * 14), submitAcks(FRAMES))
  await until(() => served.totals.framesSent === FRAMES, 'the counters are written')
  const { framesReceived, framesSent, bytesReceived, bytesSent, reads, writes } = served.totals
  return { framesReceived, framesSent, bytesReceived, bytesSent, reads, writes }
}

for (const pools of [true, false]) {
  const others = { packetPool: pools, ackPool: pools }
  const named = pools ? 'with pools' : 'without pools'

  test(`exact reads are two reads a frame, ${named}`, async t => {
    const { reads } = await trafficOf(t, { ...pooled, ...others, bufferedReader: false })
    assert.equal(reads, 2 * FRAMES)
  })

  test(`buffered reads are a few for many pipelined frames, ${named}`, async t => {
    const { reads } = await trafficOf(t, { ...pooled, ...others, bufferedReader: true })
    assert.ok(reads >= 1 && reads < 0.1 * FRAMES, `${reads} reads`)
  })

  for (const bufferedReader of [true, false]) {
    test(`uncoalesced writes are one an ack, ${named}, reader ${bufferedReader ? 'buffered' : 'exact'}`, async t => {
      const { writes } = await trafficOf(t, { ...pooled, ...others, bufferedReader, coalescedWriter: false })
      assert.equal(writes, FRAMES)
    })
  }

  test(`coalesced writes are a few for many acks of one batch, ${named}`, async t => {
    const { writes } = await trafficOf(t, { ...pooled, ...others })
    assert.ok(writes >= 1 && writes < 0.1 * FRAMES, `${writes} writes`)
  })

  test(`acks are never held back for more to come: exact reads give every ack its own write, ${named}`, async t => {
    const { writes } = await trafficOf(t, { ...pooled, ...others, bufferedReader: false })
    assert.equal(writes, FRAMES)
  })

  test(`frames and bytes are counted in both directions, ${named}`, async t => {
    const { framesReceived, framesSent, bytesReceived, bytesSent } = await trafficOf(t, { ...pooled, ...others })
    const expected = { framesReceived: FRAMES, framesSent: FRAMES, bytesReceived: FRAMES * 33, bytesSent: FRAMES * 14 }
    assert.deepEqual({ framesReceived, framesSent, bytesReceived, bytesSent }, expected)
  })
}

test('without the ack pool every ack has a buffer of its own, with it none has', async t => {
  for (const preset of ['baseline', 'buffered', 'pooled'] as const) {
    const allocated = t.mock.method(Buffer, 'allocUnsafe')
    await trafficOf(t, { ...presetSwitches(preset), packetPool: true })
    const ofAcks = allocated.mock.calls.filter(call => call.arguments[0] === 14)
    allocated.mock.restore()
    assert.equal(ofAcks.length, preset === 'pooled' ? 0 : FRAMES)
  }
})

test('the durations of batches are counted once for each batch that brought frames', async t => {
  const served = await startFrameServer(t)
  const peer = await served.connect()
  for (let round = 0; round < 5; round++) await peer.ask(submits(10), 140)
  await until(() => served.server.snapshot().batches.count > 4, 'the batches are counted')
  const { batches } = served.server.snapshot()
  assert.ok(batches.count >= 5 && batches.count <= served.totals.reads)
  assert.ok(batches.sumSeconds > 0)
  assert.ok(batches.counts.every((count, index) => index === 0 || count >= (batches.counts[index - 1] as number)))
  assert.ok((batches.counts.at(-1) as number) <= batches.count)
  assert.equal(batches.counts.length, batches.boundsSeconds.length)
})

test('the slowest batch since it was last asked for is told with its connection', async t => {
  const served = await startFrameServer(t)
  const [first, second] = [await served.connect(), await served.connect()]
  await first.ask(submits(1), 14)
  const before = Date.now() / 1000
  served.server.snapshot()
  await second.ask(submits(1000), 14_000)
  await until(() => served.totals.framesReceived === 1001, 'all frames are counted')

  const { slowestBatch } = served.server.snapshot()
  assert.equal(slowestBatch?.connection, '1-2')
  assert.ok(slowestBatch.seconds > 0 && slowestBatch.seconds <= served.server.batchDurations.max / 1e9)
  assert.ok(slowestBatch.atSeconds >= before - 1 && slowestBatch.atSeconds <= Date.now() / 1000)
  assert.equal(served.server.snapshot().slowestBatch, null)
})

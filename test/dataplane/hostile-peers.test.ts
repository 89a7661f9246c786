import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ServedFrames, startFrameServer } from '../support/frame-server.ts'
import { close, conn, frame, idOf, ping, submit, submitAck, submits } from '../support/frames.ts'
import { accepted, refused } from '../support/golden.ts'
import { Peer } from '../support/peer.ts'
import { randomPieces } from '../support/pieces.ts'
import { Random } from '../support/random.ts'
import { decodeWholeStream } from '../support/reference-decoder.ts'
import { randomSwitches, stages } from '../support/switches.ts'
import { turns, until } from '../support/until.ts'

const MAX_FRAME_BYTES = 20_000

function randomFrame(random: Random): Buffer {
  const id = random.bytes(8)
  const payload = random.bytes(random.between(0, random.chance(0.1) ? 9000 : 60))
  return random.pick([
    () => submit(id, payload),
    () => submit(id, payload),
    () => conn(id, payload),
    () => ping(id),
    () => frame(random.between(1, 3), id, payload),
    () => random.pick(accepted).frame
  ])()
}

function randomStream(random: Random): Buffer {
  return Buffer.concat(Array.from({ length: random.between(1, 20) }, () => randomFrame(random)))
}

/** Whole frames of which some bytes were changed. */
function mutated(random: Random): Buffer {
  const stream = randomStream(random)
  for (let changes = random.between(1, 4); changes > 0; changes--) {
    stream[random.between(0, stream.byteLength - 1)] = random.between(0, 255)
  }
  return stream
}

const streams: Readonly<Record<string, (random: Random) => Buffer>> = {
  'random bytes': random => random.bytes(random.between(1, 500)),
  'mutated frames': mutated,
  'half a frame': random => {
    const stream = randomStream(random)
    return stream.subarray(0, stream.byteLength - random.between(1, 12))
  },
  'a bad frame behind good ones': random => Buffer.concat([randomStream(random), random.pick(refused).stream]),
  'frames behind a Close': random =>
    Buffer.concat([randomStream(random), close(random.bytes(8)), randomStream(random)]),
  'nothing at all': () => Buffer.alloc(0)
}

/** What a peer does when it has sent what it had. */
const endings = ['end', 'reset', 'wait for the end', 'vanish'] as const

async function beHostile(served: ServedFrames, random: Random): Promise<void> {
  const kind = random.pick(Object.keys(streams))
  const stream = (streams[kind] as (random: Random) => Buffer)(random)
  const peer = await Peer.connect(served.port)
  if (random.chance(0.8)) peer.read()
  const pieces = randomPieces(stream, random, random.pick([2, 40, 3000]))
  const resetAt = random.chance(0.2) ? random.between(0, pieces.length) : -1
  for (let index = 0; index < pieces.length && !peer.closed; index++) {
    if (index === resetAt) peer.reset()
    else peer.send(pieces[index] as Buffer)
    if (random.chance(0.1)) await turns(1)
  }
  const ending = random.pick(endings)
  if (ending === 'end') peer.end()
  else if (ending === 'reset') peer.reset()
  else if (ending === 'vanish') peer.socket.destroy()
  // A peer that waits is ended by the frame timeout, the idle timeout or its fault.
  else await until(() => peer.ended || peer.closed || peer.socket.readableFlowing !== true, 'the server has ended it')
  peer.end()
  await until(() => peer.ended || peer.closed || peer.socket.readableFlowing !== true, 'the server has answered')
  peer.socket.destroy()
}

for (const { name, switches } of stages) {
  test(`${name}: hostile peers of every kind disturb nobody, and nothing of them stays`, async t => {
    const served = await startFrameServer(t, {
      switches,
      maxFrameBytes: MAX_FRAME_BYTES,
      limits: { frameTimeoutMs: 80, idleTimeoutMs: 3000, lingerTimeoutMs: 60, drainTimeoutMs: 100 }
    })
    const random = new Random(name.length)
    let under = 0
    let next = 0
    const HOSTILES = 300
    const worker = async (): Promise<void> => {
      while (next < HOSTILES) {
        const seed = next++
        under++
        await beHostile(served, new Random(seed))
        under--
      }
    }
    const all = Promise.all(Array.from({ length: 40 }, worker))
    let done = false
    void all.then(() => {
      done = true
    })
    const good = await served.connect()
    let asked = 0
    while (!done) {
      assert.deepEqual(await good.ask(submit(idOf(asked)), 14), submitAck(idOf(asked)))
      asked++
      if (random.chance(0.05))
        served.server.applySwitches({ ...randomSwitches(random), bufferedReader: switches.bufferedReader })
    }
    await all
    assert.equal(under, 0)
    assert.ok(asked > 50)
    good.end()
    await good.untilClosed()
    assert.equal(good.error, null)

    await served.untilEmpty()
    const { totals } = served
    const refusals = Object.values(totals.refused).reduce((sum, count) => sum + count)
    const closings = Object.values(totals.closed).reduce((sum, count) => sum + count)
    assert.equal(served.refusals.length, refusals)
    assert.equal(closings, totals.connectionsAccepted)
    assert.equal(totals.closed.internal_error, 0)
    assert.ok(refusals > 50)
    const last = await served.connect()
    assert.deepEqual(await last.ask(submit(idOf(1)), 14), submitAck(idOf(1)))
  })
}

test('mutated streams get just the answers and the refusal that the plain decoder says, in pieces of any size', async t => {
  for (const { name, switches } of stages) {
    const served = await startFrameServer(t, { switches, maxFrameBytes: MAX_FRAME_BYTES })
    for (let seed = 0; seed < 40; seed++) {
      const random = new Random(1000 + seed)
      const stream = random.pick([mutated, streams['half a frame'], streams['a bad frame behind good ones']])?.(
        random
      ) as Buffer
      const { frames, fault } = decodeWholeStream(stream, MAX_FRAME_BYTES, 'compiled')
      const answers = frames.map(request => {
        const command = request.readUInt8(4)
        const id = request.subarray(5, 13)
        return command <= 2 ? frame(0x7f + command, id, [0]) : frame(0x7f + command, id)
      })
      served.refusals.length = 0
      const peer = await served.connect()
      for (const piece of randomPieces(stream, random, random.pick([5, 100, 5000]))) peer.send(piece)
      peer.end()
      const told = `${name}, seed ${seed}`
      assert.ok((await peer.untilClosed()).equals(Buffer.concat(answers)), told)
      assert.equal(peer.error, null, told)
      const refusal = served.refusals.map(({ reason, error }) => ({
        reason,
        value: error?.value,
        offset: error?.offset
      }))
      assert.deepEqual(refusal, fault === null ? [] : [fault], told)
    }
  }
})

test('a peer that resets in the middle of everything leaves nothing behind', async t => {
  const served = await startFrameServer(t)
  const other = await served.connect()
  for (let round = 0; round < 50; round++) {
    const peer = await served.connectDeaf()
    peer.send(submits(2000))
    if (round % 2 === 0) await turns(round % 7)
    peer.reset()
  }
  await until(() => served.totals.connectionsOpen === 1, 'all are gone')
  assert.deepEqual(await other.ask(submit(idOf(1)), 14), submitAck(idOf(1)))
  assert.deepEqual(served.refusals, [])
})

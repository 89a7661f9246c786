import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ServedFrames, startFrameServer } from '../support/frame-server.ts'
import { type Dialect, dialects, idOf, submit, submitAck } from '../support/frames.ts'
import { accepted, before, goldenMaxFrameBytes, inDialect, refused } from '../support/golden.ts'
import type { Peer } from '../support/peer.ts'
import { byteByByte, randomPieces } from '../support/pieces.ts'
import { Random } from '../support/random.ts'
import { decodeWholeStream } from '../support/reference-decoder.ts'
import { stages } from '../support/switches.ts'
import { until } from '../support/until.ts'

const random = new Random(20)
const splits = {
  whole: (stream: Buffer) => [stream],
  'byte by byte': byteByByte,
  'in random pieces': (stream: Buffer) => randomPieces(stream, random, 9)
} as const

/** Sends a stream and the peer's end; returns everything that came back up to the server's end. */
async function answersTo(served: ServedFrames, peer: Peer, pieces: readonly Buffer[]): Promise<Buffer> {
  await peer.sendPieces(pieces, () => served.totals.bytesReceived)
  peer.end()
  const answers = await peer.untilClosed()
  assert.equal(peer.error, null, 'closed in order, not reset')
  return answers
}

/** A connection beside the ones under test must not notice anything of them. */
async function assertServed(bystander: Peer, number: number, dialect: Dialect): Promise<void> {
  assert.deepEqual(await bystander.ask(submit(idOf(number)), 14), submitAck(idOf(number), 0, dialect))
}

for (const { name, switches } of stages) {
  for (const dialect of dialects) {
    test(`${name}, ${dialect}: golden Submits are acked in every split`, async t => {
      const served = await startFrameServer(t, { switches, dialect, maxFrameBytes: goldenMaxFrameBytes })
      for (const [split, inPieces] of Object.entries(splits)) {
        for (const vector of accepted) {
          const answers = await answersTo(served, await served.connect(), inPieces(vector.frame))
          assert.deepEqual(answers, inDialect(vector.ack, dialect), `${vector.name}, ${split}`)
        }
        const all = Buffer.concat(accepted.map(({ frame }) => frame))
        const answers = await answersTo(served, await served.connect(), inPieces(all))
        assert.deepEqual(answers, Buffer.concat(accepted.map(({ ack }) => inDialect(ack, dialect))))
      }
      assert.deepEqual(served.refusals, [])
    })

    test(`${name}, ${dialect}: golden bad streams are refused once, for their reason, after what came before`, async t => {
      const served = await startFrameServer(t, { switches, dialect, maxFrameBytes: goldenMaxFrameBytes })
      const { totals, refusals } = served
      const bystander = await served.connect()
      let number = 0
      for (const inPieces of Object.values(splits)) {
        for (const vector of refused) {
          for (const prefix of [Buffer.alloc(0), before.frame]) {
            const stream = Buffer.concat([prefix, inDialect(vector.stream, dialect)])
            const { fault } = decodeWholeStream(stream, goldenMaxFrameBytes, dialect)
            assert.equal(fault?.reason, vector.reason)
            const peer = await served.connect()
            const { port } = peer
            const refusedBefore = { ...totals.refused }
            const closedBefore = totals.closed[fault.reason]
            refusals.length = 0

            const answers = await answersTo(served, peer, inPieces(stream))

            assert.deepEqual(answers, prefix.byteLength > 0 ? inDialect(before.ack, dialect) : prefix)
            assert.deepEqual(totals.refused, { ...refusedBefore, [fault.reason]: refusedBefore[fault.reason] + 1 })
            await until(() => totals.connectionsOpen === 1, 'the server has closed the connection')
            assert.equal(totals.closed[fault.reason], closedBefore + 1)
            assert.equal(refusals.length, 1)
            const [{ connection, peer: address, reason, error }] = refusals as [(typeof refusals)[number]]
            assert.deepEqual({ reason, value: error?.value, offset: error?.offset }, fault)
            assert.equal(address, `127.0.0.1:${port}`)
            assert.match(connection ?? '', /^1-\d+$/)
            await assertServed(bystander, number++, dialect)
          }
        }
      }
      assert.equal(totals.connectionsOpen, 1)
    })
  }
}

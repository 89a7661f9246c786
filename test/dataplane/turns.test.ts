import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFrameServer } from '../support/frame-server.ts'
import { idOf, submit, submitAck, submitAcks, submits } from '../support/frames.ts'
import { stages } from '../support/switches.ts'
import { turns, until } from '../support/until.ts'

const FRAMES = 100_000
/** What one connection may have in a turn, and one read more. */
const MOST_BYTES = (128 + 64) * 1024

for (const { name, switches } of stages) {
  test(`${name}: whoever has much to be read gets a bounded part of each turn, others are served in between, and all is acked`, async t => {
    const served = await startFrameServer(t, { switches })
    const polite = await served.connect()
    const greedy = await served.connect()
    greedy.send(submits(FRAMES))
    let most = 0
    let asked = 0
    let done = false
    const acks = greedy.bytes(FRAMES * 14).then(all => {
      done = true
      return all
    })
    const asking = (async () => {
      for (; !done; asked++) assert.deepEqual(await polite.ask(submit(idOf(asked)), 14), submitAck(idOf(asked)))
    })()
    for (let before = served.totals.bytesReceived; !done; before = served.totals.bytesReceived) {
      await turns(1)
      most = Math.max(most, served.totals.bytesReceived - before)
    }
    assert.ok((await acks).equals(submitAcks(FRAMES)))
    await asking
    assert.ok(most <= MOST_BYTES, `${most} bytes in one turn`)
    assert.ok(asked > 3, `${asked} others`)
    await until(() => served.totals.framesReceived === FRAMES + asked, 'every frame is counted')
  })
}

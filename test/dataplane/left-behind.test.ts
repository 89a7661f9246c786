import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFrameServer } from '../support/frame-server.ts'
import { close, idOf, submit, submits } from '../support/frames.ts'
import type { Peer } from '../support/peer.ts'
import { until } from '../support/until.ts'

const ROUNDS = 20
const AT_ONCE = 20

/** Handles and timers that keep or could keep this process alive, by kind. */
function activeResources(): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

const endings: readonly ((peer: Peer) => void)[] = [
  peer => peer.end(),
  peer => peer.send(close(idOf(9))),
  peer => peer.socket.resetAndDestroy(),
  // In the middle of a frame: its time limit runs.
  peer => {
    peer.send(submit(idOf(3), Buffer.alloc(50)).subarray(0, 30))
    peer.end()
  },
  // Against the rules: closed by the server.
  peer => peer.send(Buffer.from('ffffffffffffffff', 'hex'))
]

test('connections that come and go, however they end, leave no timer, handle or entry behind', async t => {
  const served = await startFrameServer(t)
  const visit = async (number: number): Promise<void> => {
    const peer = await served.connect()
    await peer.ask(submits(3), 42)
    endings[number % endings.length]?.(peer)
    await until(() => peer.ended || peer.closed, 'the server has ended its side')
    peer.socket.destroy()
  }
  const round = (): Promise<unknown> => Promise.all(Array.from({ length: AT_ONCE }, (_, number) => visit(number)))
  await round()
  await served.untilEmpty()
  const before = activeResources()
  for (let count = 0; count < ROUNDS; count++) await round()
  await served.untilEmpty()
  const isNoMore = ([kind, count]: [string, number]): boolean => count <= (before[kind] ?? 0)
  await until(() => Object.entries(activeResources()).every(isNoMore), 'all resources are given back')
  assert.equal(served.totals.connectionsAccepted, (ROUNDS + 1) * AT_ONCE)
  assert.equal(served.totals.connectionsOpen, 0)
  assert.equal(served.server.directory.size, 0)
})

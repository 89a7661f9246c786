import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CloseMode } from '../../src/contract/snapshot.ts'
import type { Connection } from '../../src/dataplane/connection.ts'
import { PacedClosing, PacedClosings } from '../../src/dataplane/paced-closings.ts'

class Closable {
  state: 'open' | 'closed' = 'open'
  readonly modes: CloseMode[] = []

  close(mode: CloseMode): void {
    this.modes.push(mode)
    this.state = 'closed'
  }
}

const some = (count: number): Closable[] => Array.from({ length: count }, () => new Closable())
const closedOf = (connections: Closable[]): number => connections.filter(({ modes }) => modes.length > 0).length
const paced = (connections: Closable[], ratePerSecond: number): PacedClosing =>
  new PacedClosing(connections as unknown as Connection[], 'drain', ratePerSecond, 0)

for (const rate of [1, 3, 10, 333.25, 5000]) {
  test(`at ${rate} a second, no span of time sees more than that and one tick's`, () => {
    const connections = some(Math.ceil(rate * 4))
    const closing = paced(connections, rate)
    const closedAt = [closedOf(connections)]
    for (let nowMs = 50; nowMs <= 3000; nowMs += 50) {
      closing.advance(nowMs)
      closedAt.push(closedOf(connections))
    }
    for (const [from, before] of closedAt.entries()) {
      for (const [ticks, after] of closedAt.slice(from).entries()) {
        assert.ok(after - before <= rate * ticks * 0.05 + 1)
      }
    }
    assert.ok((closedAt.at(-1) as number) >= Math.floor(rate * 3))
  })
}

test('what a stuck event loop missed is not made up for', () => {
  const connections = some(1000)
  const closing = paced(connections, 1000)
  closing.advance(50)
  const before = closedOf(connections)
  closing.advance(5000)
  assert.ok(closedOf(connections) - before <= 100)
})

test('connections that have closed meanwhile cost nothing of the pace', () => {
  const connections = some(100)
  for (const connection of connections.slice(0, 90)) connection.state = 'closed'
  const closing = paced(connections, 20)
  closing.advance(500)
  assert.deepEqual(
    connections.map(({ modes }) => modes.length),
    [...Array(90).fill(0), 1, 1, 1, ...Array(7).fill(0)]
  )
})

test('an end is found, also of none', () => {
  const closing = paced(some(3), 1000)
  assert.equal(closing.isDone, false)
  closing.advance(50)
  assert.equal(closing.isDone, true)
  assert.equal(paced([], 1).isDone, true)
})

test('only so many closings are under way at once, and none is left when they stop', () => {
  const closings = new PacedClosings()
  for (let begun = 0; begun < 8; begun++) {
    assert.equal(closings.areTooMany, false)
    closings.begin(some(100) as unknown as Connection[], 'now', 1)
  }
  assert.equal(closings.areTooMany, true)
  closings.stop()
  assert.equal(closings.areTooMany, false)
  const few = some(1)
  closings.begin(few as unknown as Connection[], 'now', 1)
  assert.deepEqual(few[0]?.modes, ['now'])
  assert.equal(closings.areTooMany, false)
})

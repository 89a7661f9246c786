import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SnapshotEvent, StartEvent } from '../../../src/contract/events.ts'
import { EventHub, SNAPSHOTS_KEPT, type StoredEvent } from '../../../src/controlplane/events/event-hub.ts'

const start = { name: 'framelab' } as StartEvent
const snapshot = {} as SnapshotEvent
const sequences = (events: readonly StoredEvent[]): number[] => events.map(({ sequence }) => sequence)

function hubWith(snapshots: number): EventHub {
  const hub = new EventHub('run')
  hub.publish('start', start)
  for (let count = 0; count < snapshots; count++) hub.publish('snapshot', snapshot)
  return hub
}

test('an event is written with its id, its type and one line of JSON', () => {
  const hub = new EventHub('run')
  hub.publish('load', { text: 'two\nlines' })
  assert.equal(hub.replay('run-0', 0).events[0]?.text, 'id: run-1\nevent: load\ndata: {"text":"two\\nlines"}\n\n')
})

test('all who listen get the very same event, until they stop', () => {
  const hub = hubWith(0)
  const heard: [string, StoredEvent][] = []
  const stop = hub.listen({ offer: event => heard.push(['a', event]) })
  hub.listen({ offer: event => heard.push(['b', event]) })
  hub.publish('snapshot', snapshot)
  stop()
  hub.publish('snapshot', snapshot)
  assert.deepEqual(
    heard.map(([who, { sequence }]) => [who, sequence]),
    [
      ['a', 2],
      ['b', 2],
      ['b', 3]
    ]
  )
  assert.equal(heard[0]?.[1], heard[1]?.[1])
})

test('a new reader gets the start, the last snapshots, and what happened since the first of them', () => {
  const hub = hubWith(2)
  hub.publish('load', {})
  hub.publish('snapshot', snapshot)
  hub.publish('load', {})
  hub.publish('snapshot', snapshot)
  assert.deepEqual(sequences(hub.replay(null, 2).events), [1, 5, 6, 7])
  assert.deepEqual(sequences(hub.replay(null, 0).events), [1])
  assert.deepEqual(sequences(hub.replay(null, 100).events), [1, 2, 3, 4, 5, 6, 7])
})

test('one who comes back gets the start and all he missed', () => {
  const hub = hubWith(5)
  const { events, skipped } = hub.replay('run-4', 0)
  assert.deepEqual(sequences(events), [1, 5, 6])
  assert.equal(skipped, 0)
})

test('one who missed nothing gets the start alone', () => {
  assert.deepEqual(sequences(hubWith(5).replay('run-6', 60).events), [1])
})

for (const id of ['other-3', 'run-7', 'run-', 'run-x', 'run-1e1', 'run--1', '3', '', `run-${'9'.repeat(400)}`]) {
  test(`the id '${id.slice(0, 9)}', which is none of this run, counts as none`, () => {
    assert.deepEqual(hubWith(5).replay(id, 2), hubWith(5).replay(null, 2))
  })
}

test('what is kept is bounded, and one who was away for longer is told how many he missed', () => {
  const hub = hubWith(5 * SNAPSHOTS_KEPT)
  const { events, skipped } = hub.replay('run-1', 0)
  assert.equal(events.length, 1 + SNAPSHOTS_KEPT)
  assert.equal(skipped, 4 * SNAPSHOTS_KEPT)
  assert.equal(hub.replay(null, SNAPSHOTS_KEPT).events.length, 1 + SNAPSHOTS_KEPT)
})

test('many snapshots push no other event out', () => {
  const hub = hubWith(1)
  hub.publish('load', {})
  for (let count = 0; count < 5 * SNAPSHOTS_KEPT; count++) hub.publish('snapshot', snapshot)
  assert.equal(hub.replay('run-1', 0).events[1]?.type, 'load')
})

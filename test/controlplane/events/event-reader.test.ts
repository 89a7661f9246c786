import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventType } from '../../../src/contract/events.ts'
import type { StoredEvent } from '../../../src/controlplane/events/event-hub.ts'
import { EventReader } from '../../../src/controlplane/events/event-reader.ts'

let sequence = 0
function event(type: EventType, text: string): StoredEvent {
  return { sequence: ++sequence, type, text }
}

function slowReader() {
  const written: string[] = []
  const sink = {
    takes: true,
    write: (text: string) => {
      written.push(text)
      return sink.takes
    },
    end: () => written.push('END')
  }
  return { reader: new EventReader(sink), sink, written }
}
const skipped = (count: number): string => `event: skipped\ndata: {"count":${count}}\n\n`

test('a reader who keeps up gets every event as it comes', () => {
  const { reader, written } = slowReader()
  for (const text of ['a', 'b', 'c']) reader.offer(event('snapshot', text))
  assert.deepEqual(written, ['a', 'b', 'c'])
})

test('history goes out in one piece, behind the number of events that are kept no longer', () => {
  const { reader, written } = slowReader()
  reader.begin({ events: [event('start', 's'), event('snapshot', 'a')], skipped: 3 })
  assert.deepEqual(written, [`${skipped(3)}sa`])
})

test('a slow reader goes on with the latest snapshot, and is told how many he did not get', () => {
  const { reader, sink, written } = slowReader()
  sink.takes = false
  for (const text of ['a', 'b', 'c', 'd']) reader.offer(event('snapshot', text))
  assert.deepEqual(written, ['a'])
  sink.takes = true
  reader.drained()
  assert.deepEqual(written, ['a', `${skipped(2)}d`])
  reader.offer(event('snapshot', 'e'))
  assert.deepEqual(written.slice(2), ['e'])
})

test('other events wait for a slow reader, in their order', () => {
  const { reader, sink, written } = slowReader()
  sink.takes = false
  reader.offer(event('snapshot', 'a'))
  reader.offer(event('change', '1'))
  reader.offer(event('snapshot', 'b'))
  reader.offer(event('worker', '2'))
  sink.takes = true
  reader.drained()
  assert.deepEqual(written, ['a', '1b2'])
})

test('what waits for a reader who never reads is bounded, snapshots and other events alike', () => {
  const { reader, sink, written } = slowReader()
  sink.takes = false
  for (let count = 0; count < 10_000; count++) {
    reader.offer(event('snapshot', 's'))
    reader.offer(event('change', 'c'))
  }
  reader.drained()
  const text = written[1] ?? ''
  assert.ok(text.startsWith(skipped(19_999 - 200)), text.slice(0, 60))
  assert.equal(text.replace(skipped(19_999 - 200), '').length, 200)
})

test('a sink that is full again at once is waited for again', () => {
  const { reader, sink, written } = slowReader()
  sink.takes = false
  for (const text of ['a', 'b']) reader.offer(event('snapshot', text))
  reader.drained()
  reader.offer(event('snapshot', 'c'))
  assert.deepEqual(written, ['a', 'b'])
  reader.drained()
  assert.deepEqual(written, ['a', 'b', 'c'])
})

test('a drain with nothing to write does not write', () => {
  const { reader, sink, written } = slowReader()
  sink.takes = false
  reader.offer(event('snapshot', 'a'))
  reader.drained()
  assert.deepEqual(written, ['a'])
})

test('the end ends the sink', () => {
  const { reader, written } = slowReader()
  reader.end()
  assert.deepEqual(written, ['END'])
})

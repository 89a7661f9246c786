import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { ChangeEvent, SnapshotEvent, StartEvent, WorkerEvent } from '../../src/contract/events.ts'
import type { WorkerReport } from '../../src/contract/server-report.ts'
import { EventStream } from '../support/event-stream.ts'
import { eventually, LabProcess } from '../support/lab-process.ts'

async function open(t: TestContext, lab: LabProcess, lastEventId?: string): Promise<EventStream> {
  const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  const stream = await EventStream.open(`${lab.url}/api/v1/events`, headers)
  t.after(() => stream.close())
  return stream
}

test('what happens is told as it happens, and again to one who comes back', async t => {
  const lab = await LabProcess.start(t, '--workers', '2', '--log-level', 'silent')
  const stream = await open(t, lab)
  await eventually('a snapshot has come', () => stream.of('snapshot').length > 1)
  const start = stream.of('start')[0]?.data as StartEvent | undefined
  assert.equal(start?.listen.frames.port, lab.framePort)
  const snapshot = stream.of('snapshot').at(-1)?.data as SnapshotEvent
  assert.deepEqual(
    snapshot.workers.map(({ id, state }) => [id, state]),
    [
      [1, 'running'],
      [2, 'running']
    ]
  )
  assert.ok(snapshot.plane.cpuSeconds > 0)

  const lastEventId = stream.events.at(-1)?.id ?? ''
  stream.close()
  await lab.ask('PATCH', '/optimizations', { packetPool: false, by: 'ada' })
  const { items } = await lab.get<{ items: WorkerReport[] }>('/workers')
  process.kill(items[1]?.pid as number, 'SIGKILL')
  await lab.ask('POST', '/workers/1/restart')

  const again = await open(t, lab, lastEventId)
  const told = (): WorkerEvent[] => again.of('worker').map(({ data }) => data as WorkerEvent)
  await eventually('both workers run again', () => {
    const states = [1, 2].map(id => told().findLast(({ worker }) => worker === id)?.state)
    return states.every(state => state === 'running') && told().some(({ ended }) => ended?.what === 'replaced')
  })
  const change = again.of('change')[0]?.data as ChangeEvent
  assert.equal(change.entry.by, 'ada')
  assert.equal(change.inForce[2]?.packetPool, false)
  const death = told().find(({ ended }) => ended?.what === 'died')
  assert.equal(death?.worker, 2)
  assert.match(death?.ended?.how ?? '', /SIGKILL/)
  assert.equal(death?.crashes, 1)
  const ids = again.events.slice(1).map(({ id }) => Number(id?.split('-')[1]))
  assert.deepEqual(
    ids,
    [...ids].sort((a, b) => a - b)
  )
  assert.ok((ids[0] as number) > Number(lastEventId.split('-')[1]))
})

test('the drain is told, and those who follow the events do not hold up the exit', async t => {
  const lab = await LabProcess.start(t, '--workers', '1', '--log-level', 'warn')
  const reading = await open(t, lab)
  const paused = await open(t, lab)
  paused.response.pause()
  await lab.ask('POST', '/drain')
  await eventually('it has ended', () => lab.code !== null)
  assert.equal(lab.code, 0)
  assert.equal(reading.of('drain').length, 1)
  assert.ok(reading.ended)
})

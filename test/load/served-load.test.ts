import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LoadRunReport } from '../../src/contract/load-run.ts'
import { eventually } from '../integration/support/eventually.ts'
import { startServer } from '../integration/support/server.ts'

const path = '/api/v1/load'

test('a running server loads itself, from a process of its own, and counts the same', async t => {
  const server = await startServer(t, ['--workers', '1'])
  const order = { rate: 400, connections: 4, durationSeconds: 1.2, warmUpSeconds: 0 }
  const begun = await server.call<LoadRunReport>('POST', path, order)
  assert.equal(begun.status, 202)
  const place = begun.headers.get('location') ?? ''
  assert.equal((await server.call('POST', path, order)).status, 409)
  const live = await eventually('a run that tells of its last second', async () => {
    const report = await server.ask<LoadRunReport>('GET', place)
    return report.lastSecond === null ? null : report
  })
  assert.deepEqual(live.progress?.connections, { open: 4, asked: 4 })
  const report = await eventually('a run that is done', async () => {
    const now = await server.ask<LoadRunReport>('GET', place)
    return now.state === 'done' ? now : null
  })
  assert.equal(report.figures?.lost, 0)
  assert.deepEqual(report.figures?.errors, {})
  const { totals } = await server.report()
  assert.equal(totals.framesReceived, report.figures?.sent)
  assert.equal(totals.connectionsAccepted, 4)
})

for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  test(`the load ends with the server (${signal})`, async t => {
    const server = await startServer(t, ['--workers', '1'])
    const { id } = await server.ask<LoadRunReport>('POST', path, { durationSeconds: 600, connections: 3 })
    await eventually('a run that is under way', async () => {
      const { state } = await server.ask<LoadRunReport>('GET', `${path}/${id}`)
      return state === 'running' ? true : null
    })
    server.program.signal(signal)
    // The load is in the group of the server that started it.
    await eventually('nothing of it that still runs', () => !server.program.groupAlive)
  })
}

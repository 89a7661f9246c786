import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import type { AuditEntry } from '../../src/contract/audit.ts'
import type { ExplorationReport } from '../../src/contract/exploration.ts'
import type { OptimizationsReport } from '../../src/contract/server-report.ts'
import { temporaryFolder } from './support/checkout.ts'
import { eventually } from './support/eventually.ts'
import { startFramelab } from './support/processes.ts'
import { type ServerProcess, startServer } from './support/server.ts'

const limits = { timeout: 120_000 }
const quick = [
  '--rounds',
  '4',
  '--block-seconds',
  '0.3',
  '--wash-out-seconds',
  '0.1',
  '--connections',
  '4',
  '--in-flight',
  '20'
]

test('explore finds on a server of its own that reading in one go is cheaper, and writes a page', limits, async t => {
  const report = join(temporaryFolder(t), 'explore.html')
  const args = [
    'explore',
    'bufferedReader',
    'coalescedWriter',
    '--workers',
    '1',
    ...quick,
    '--report',
    report,
    '--json'
  ]
  const program = startFramelab(t, args)
  const { code, stdout, stderr } = await program.ended
  assert.equal(code, 0, stderr)
  const result = JSON.parse(stdout) as ExplorationReport
  assert.equal(result.state, 'done')
  assert.equal(result.blocks.length, 16)
  assert.equal(result.findings?.recommended.bufferedReader, true, result.sentence)
  // Each combination was in force: two reads a frame without the buffer, far fewer with it.
  for (const { combination, figures } of result.blocks) {
    const isBuffered = result.combinations[combination]?.bufferedReader === true
    assert.ok(isBuffered ? (figures.readsPerFrame ?? 2) < 1 : (figures.readsPerFrame ?? 0) > 1.9)
  }
  assert.match(stderr, /Round 4 of 4/)
  assert.match(readFileSync(report, 'utf8'), /Best for CPU per frame/)
  assert.equal(program.groupAlive, false)
})

test('explore is cancelled by Ctrl-C, on the running server too, whose switches come back', limits, async t => {
  const server = await startServer(t, ['--workers', '1', '--preset', 'buffered'])
  const optimizations = async (): Promise<string> => {
    const answer = await fetch(`${server.url}/api/v1/optimizations`)
    const { optimizations: all, layers } = (await answer.json()) as { optimizations: object; layers: object[] }
    return JSON.stringify([all, layers])
  }
  const before = await optimizations()
  const flags = ['--url', server.url, '--rounds', '50', '--block-seconds', '0.2', '--connections', '2']
  const program = startFramelab(t, ['explore', 'bufferedReader', 'packetPool', ...flags])
  await eventually('another combination in force', async () => (await optimizations()) !== before)
  program.signal('SIGINT')
  const { code, stderr } = await program.ended
  assert.equal(code, 130, stderr)
  assert.match(stderr, /Cancelled/)
  assert.equal(await optimizations(), before)
})

const endless = {
  switches: ['bufferedReader', 'packetPool'],
  rounds: 100,
  blockSeconds: 1,
  load: { connections: 2, inFlight: 10 }
}

/** An exploration that has another combination in force than there was before it. */
async function exploring(t: TestContext, folder: string) {
  const server = await startServer(t, ['--workers', '2', '--preset', 'buffered', '--data-dir', folder])
  await server.ask('PATCH', '/api/v1/optimizations', { bufferedReader: false, workers: [2] })
  await server.ask('PATCH', '/api/v1/optimizations', { noDelay: false, ttlSeconds: 600 })
  const before = await inForce(server)
  const { id } = await server.ask<ExplorationReport>('POST', '/api/v1/explorations', endless)
  await eventually('another combination in force', async () => (await inForce(server)) !== before)
  return { server, before, id }
}

async function inForce(server: ServerProcess): Promise<string> {
  const { optimizations, layers } = await server.ask<OptimizationsReport>('GET', '/api/v1/optimizations')
  return JSON.stringify([
    optimizations.map(({ name, workers }) => [name, workers]),
    layers.filter(({ by }) => !by.startsWith('exploration-')).map(({ id: _id, ...layer }) => layer)
  ])
}

test(
  'while an exploration runs nobody else changes switches; killed outright, the next start has what was in force',
  limits,
  async t => {
    const folder = temporaryFolder(t)
    const { server, before, id } = await exploring(t, folder)
    const refused = await server.call<{ detail: string }>('PATCH', '/api/v1/optimizations', { ackPool: true })
    assert.equal(refused.status, 409)
    assert.match(refused.body.detail, new RegExp(`${id} has the switches`))
    server.program.signal('SIGKILL')
    await server.program.ended
    const next = await startServer(t, ['--workers', '2', '--preset', 'pooled', '--data-dir', folder])
    assert.equal(await inForce(next), before)
    const { items } = await next.ask<{ items: AuditEntry[] }>('GET', '/api/v1/audit')
    assert.ok(items.some(({ cause, target, changes }) => cause === 'unexplore' && target === id && changes.length > 0))
  }
)

test(
  'SIGTERM ends an exploration with the switches as they were, and leaves nothing to be put back',
  limits,
  async t => {
    const folder = temporaryFolder(t)
    const { server, before } = await exploring(t, folder)
    const events = await fetch(`${server.url}/api/v1/events?history=0`, { headers: { accept: 'text/event-stream' } })
    let text = ''
    const reading = (async () => {
      for await (const chunk of events.body ?? []) text += Buffer.from(chunk).toString()
    })().catch(() => {})
    server.program.signal('SIGTERM')
    assert.equal((await server.program.ended).code, 0)
    await reading
    assert.match(text, /"state":"failed".*the server is draining/)
    const next = await startServer(t, ['--workers', '2', '--preset', 'pooled', '--data-dir', folder])
    assert.notEqual(await inForce(next), before)
  }
)

test('an exploration that is cancelled while its load begins leaves no load behind', limits, async t => {
  const server = await startServer(t, ['--workers', '1'])
  const { id } = await server.ask<ExplorationReport>('POST', '/api/v1/explorations', endless)
  const loads = async (): Promise<number> => (await server.ask<{ total: number }>('GET', '/api/v1/load')).total
  await eventually('its load', async () => (await loads()) === 1)
  assert.equal((await server.call('DELETE', `/api/v1/explorations/${id}`)).status, 204)
  const { items } = await server.ask<{ items: { state: string }[] }>('GET', '/api/v1/load')
  assert.ok(
    items.every(({ state }) => state !== 'running' && state !== 'queued'),
    JSON.stringify(items)
  )
})

test('explore says what cannot be', limits, async t => {
  for (const [args, said] of [
    [['explore', 'ackPool'], /needs 2 switches or more/],
    [['explore', 'ackPool', 'noDelay', '--half'], /needs 3 switches or more/],
    [['explore', 'ackPool', 'ackPool'], /named twice/],
    [['explore', 'pool', 'ackPool'], /must be one of bufferedReader/]
  ] as const) {
    const { code, stderr } = await startFramelab(t, args).ended
    assert.equal(code, 2, stderr)
    assert.match(stderr, said)
    assert.doesNotMatch(stderr, /\n\s+at /)
  }
})

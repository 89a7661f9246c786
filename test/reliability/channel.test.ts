import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import test from 'node:test'
import { eventually } from '../integration/support/eventually.ts'
import { connectMany, FrameClient } from '../integration/support/frame-client.ts'
import { isAlive } from '../integration/support/processes.ts'
import { startServer } from '../integration/support/server.ts'
import { found, limits, scaled } from './scale.ts'

const hasPrlimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0
const MEBIBYTE = 1024 * 1024

test('a worker without a free file descriptor lives, the connections wait, and are served when there is one', {
  ...limits,
  skip: hasPrlimit ? false : 'prlimit, of util-linux, takes the descriptors away'
}, async t => {
  const server = await startServer(t, ['--workers', '1'])
  const pid = await server.pidOf(1)
  // Sockets and files have the lowest free numbers, so this many is none more than there are.
  const open = readdirSync(`/proc/${pid}/fd`).length
  const limit = (files: number): void => void execFileSync('prlimit', [`--pid=${pid}`, `--nofile=${files}:`])
  limit(open)
  const clients = await Promise.all(Array.from({ length: 5 }, () => FrameClient.connect(t, server.framePort)))
  for (const client of clients) client.submit(10)
  await eventually('a line in the log', () => server.log.some(({ msg }) => /worker 1 .*limit of open files/.test(msg)))
  assert.ok((await server.report()).totals.connectionsAccepted < 5)
  limit(1024)
  await Promise.all(clients.map(client => client.acked()))
  const { totals, workers } = await server.report()
  assert.deepEqual([totals.connectionsAccepted, workers[0]?.pid], [5, pid], 'all of them, by the same process')
})

test('while the primary is stopped its workers serve, keep what they have to tell bounded, and all goes on after it', {
  ...limits
}, async t => {
  const server = await startServer(t, ['--workers', '2'])
  const clients = await connectMany(t, server.framePort, 4)
  const before = await server.report()
  process.kill(server.program.pid, 'SIGSTOP')
  t.after(() => server.program.running && server.program.signal('SIGCONT'))
  // The kernel takes them in; nobody deals them out.
  const late = await Promise.all(Array.from({ length: 20 }, () => FrameClient.connect(t, server.framePort)))
  for (const client of late) client.submit(10)
  const untilMs = performance.now() + scaled(2000, 120_000)
  while (performance.now() < untilMs) {
    for (const client of clients) client.submit(1000)
    await Promise.all(clients.map(client => client.acked()))
  }
  assert.ok(late.every(client => client.receivedBytes === 0))

  server.program.signal('SIGCONT')
  await Promise.all(late.map(client => client.acked()))
  const after = await server.report()
  const grown = after.workers.map(({ rssBytes }, index) => rssBytes - (before.workers[index]?.rssBytes ?? 0))
  assert.ok(Math.max(...grown) < 64 * MEBIBYTE, `the workers grew by ${grown.join(' and ')} bytes`)
  assert.equal(after.totals.framesReceived, after.totals.framesSent)
  assert.equal(after.totals.connectionsOpen, 24)
  assert.deepEqual(
    after.workers.map(({ pid, state }) => [pid, state]),
    before.workers.map(({ pid }) => [pid, 'running'])
  )
  found(
    'faults',
    'RSS of the workers after the primary was stopped',
    `${Math.round(Math.max(...grown) / MEBIBYTE)} MiB more`
  )
})

test(
  'what is asked of a worker that does not read is bounded; refused at once beyond that, and it catches up',
  limits,
  async t => {
    const server = await startServer(t, ['--workers', '1', '--max-request-rate', '0'])
    const [client] = await connectMany(t, server.framePort, 1)
    const { items } = await server.ask<{ items: { id: string }[] }>('GET', '/api/v1/connections')
    const pid = await server.pidOf(1)
    process.kill(pid, 'SIGSTOP')
    t.after(() => isAlive(pid) && process.kill(pid, 'SIGCONT'))
    // On its way to the worker, so what follows waits behind it, here.
    const waiting = await FrameClient.connect(t, server.framePort)
    waiting.submit(10)
    const asked = Array.from({ length: 400 }, () => server.call('GET', `/api/v1/connections/${items[0]?.id}`))
    const answers = await Promise.all(asked)
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [503])
    const details = answers.map(({ body }) => (body as { detail: string }).detail)
    assert.ok(
      details.some(detail => /has 200 messages to read first/.test(detail)),
      [...new Set(details)].join('; ')
    )

    await server.ask('PATCH', '/api/v1/optimizations', { preset: 'baseline' })
    process.kill(pid, 'SIGCONT')
    client?.submit(100)
    await Promise.all([waiting.acked(), client?.acked()])
    await eventually(
      'an answer',
      async () => (await server.call('GET', `/api/v1/connections/${items[0]?.id}`)).status === 200
    )
    // It has been told the switches meanwhile: one write for each ack.
    const { writes } = (await server.report()).totals
    client?.submit(100)
    await client?.acked()
    assert.equal((await server.report()).totals.writes - writes, 100)
  }
)

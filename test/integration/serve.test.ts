import assert from 'node:assert/strict'
import { networkInterfaces } from 'node:os'
import test from 'node:test'
import { closeReasons, refusalReasons } from '../../src/contract/reasons.ts'
import { eventually } from './support/eventually.ts'
import { FrameClient } from './support/frame-client.ts'
import { startServer } from './support/server.ts'

const limits = { timeout: 60_000 }
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/

test('a server says where it serves and what to try, on stdout; its log goes to stderr', limits, async t => {
  const server = await startServer(t, ['--workers', '1', '--preset', 'buffered'])
  const { stdout, stderr } = server.program
  assert.match(stdout, /frames on 127\.0\.0\.1:\d+ with 1 worker, switches as in 'buffered'/)
  assert.match(stdout, new RegExp(`metrics +${server.url}/metrics`))
  assert.match(stdout, new RegExp(`npx framelab load 127\\.0\\.0\\.1:${server.framePort}`))
  for (const line of stderr.split('\n').filter(line => line !== '')) {
    assert.equal(typeof JSON.parse(line).msg, 'string', 'a line of the log is one JSON object')
  }
})

const hasIPv6 = Object.values(networkInterfaces()).some(addresses =>
  addresses?.some(({ address }) => address === '::1')
)

test('the addresses that it tells are those that one reaches it at', limits, async t => {
  const everywhere = await startServer(t, ['--workers', '1', '--frame-host', '0.0.0.0'])
  assert.match(everywhere.program.stdout, new RegExp(`npx framelab load 127\\.0\\.0\\.1:${everywhere.framePort}\n`))
  if (!hasIPv6) return t.diagnostic('no ::1 here')
  const server = await startServer(t, ['--workers', '1', '--frame-host', '::1', '--http-host', '::1'])
  assert.match(server.program.stdout, new RegExp(`npx framelab load \\[::1\\]:${server.framePort}\n`))
  assert.equal((await server.report()).listen.frames.host, '::1')
})

test('the commands that it tells one to try do what they say', limits, async t => {
  const server = await startServer(t)
  const paths = [...server.program.stdout.matchAll(/curl (?:-X (\w+) )?http:\/\/[^/\s]+(\/\S+)/g)]
  assert.ok(paths.length >= 2)
  for (const [, method = 'GET', path = ''] of paths) {
    const { status } = await server.call(method, path, method === 'PATCH' ? { preset: 'baseline' } : undefined)
    assert.equal(status, 200, `${method} ${path}`)
  }
  for (const path of ['/documentation', '/documentation/json', '/metrics']) {
    assert.equal((await server.call('GET', path)).status, 200, path)
  }
})

test('it is alive and ready', limits, async t => {
  const server = await startServer(t)
  assert.equal((await server.call('GET', '/healthz')).status, 200)
  assert.equal((await server.call('GET', '/readyz')).status, 200)
})

test('it serves frames: a lone Submit is acked at once, a thousand in order', limits, async t => {
  const server = await startServer(t)
  const client = await FrameClient.connect(t, server.framePort)
  client.submit(1)
  await client.acked()
  client.submit(1000)
  await client.acked()
})

test('GET /api/v1/server has the shape that other programs rely on, and true figures', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  const client = await FrameClient.connect(t, server.framePort)
  client.submit(50)
  await client.acked()

  const report = await server.report()
  assert.equal(report.name, 'framelab')
  assert.match(report.version, /^\d+\.\d+\.\d+/)
  assert.equal(report.node, process.version)
  assert.match(report.startedAt, isoTime)
  assert.ok(report.uptimeSeconds > 0 && report.uptimeSeconds < 60)
  assert.deepEqual(report.listen, {
    frames: { host: '127.0.0.1', port: server.framePort },
    http: { host: '127.0.0.1', port: Number(new URL(server.url).port) }
  })
  assert.deepEqual(
    report.workers.map(({ id, state, restarts }) => ({ id, state, restarts })),
    [
      { id: 1, state: 'running', restarts: 0 },
      { id: 2, state: 'running', restarts: 0 }
    ]
  )
  assert.equal(new Set(report.workers.map(({ pid }) => pid)).size, 2)
  for (const { cpuSeconds, rssBytes } of report.workers) assert.ok(cpuSeconds > 0 && rssBytes > 10_000_000)
  assert.equal(
    report.workers.reduce((sum, { connections }) => sum + connections, 0),
    1
  )

  const { reads, writes, refused, ...totals } = report.totals
  assert.deepEqual(totals, {
    connectionsAccepted: 1,
    connectionsOpen: 1,
    framesReceived: 50,
    framesSent: 50,
    bytesReceived: 50 * 33,
    bytesSent: 50 * 14
  })
  assert.ok(reads >= 1 && reads <= 50)
  assert.ok(writes >= 1 && writes <= 50)
  assert.deepEqual(Object.keys(refused).sort(), [...refusalReasons].sort())
  for (const [name, rate] of Object.entries(report.rates)) assert.ok(Number.isFinite(rate), name)
})

test('the metrics count what was served, under the names of the design', limits, async t => {
  const server = await startServer(t, ['--workers', '1'])
  const client = await FrameClient.connect(t, server.framePort)
  client.submit(7)
  await client.acked()
  assert.equal(await server.metric('framelab_frames_received_total{worker="1"}'), 7)
  assert.equal(await server.metric('framelab_frames_sent_total{worker="1"}'), 7)
  assert.equal(await server.metric('framelab_connections_open{worker="1"}'), 1)
  assert.equal(await server.metric('framelab_worker_up{worker="1"}'), 1)
  assert.equal(await server.metric('framelab_worker_restarts_total{worker="1"}'), 0)

  const text = await server.ask<string>('GET', '/metrics')
  for (const reason of closeReasons) {
    assert.match(text, new RegExp(`framelab_connections_closed_total\\{[^}]*reason="${reason}"`), reason)
  }
})

test('a stream that breaks a rule is closed, counted and logged, and others are served on', limits, async t => {
  const server = await startServer(t, ['--workers', '1'])
  const good = await FrameClient.connect(t, server.framePort)
  const bad = await FrameClient.connect(t, server.framePort)
  bad.submit(1)
  bad.socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff]))
  await bad.untilClosed()
  assert.ok(bad.isAcked, 'what came whole before it is answered')
  good.submit(1)
  await good.acked()

  assert.equal((await server.report()).totals.refused.frame_too_large, 1)
  assert.equal(await server.metric('framelab_refused_total{worker="1",reason="frame_too_large"}'), 1)
  await eventually('a line about it in the log', () => server.log.some(({ msg }) => msg.includes('frame_too_large')))
})

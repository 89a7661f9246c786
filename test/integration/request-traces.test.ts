import assert from 'node:assert/strict'
import { request } from 'node:http'
import test from 'node:test'
import { optionsSchema } from '../../src/contract/options.ts'
import { eventually } from './support/eventually.ts'
import { Program, runFramelab } from './support/processes.ts'
import { type ServerProcess, startServer } from './support/server.ts'
import { attributeOf, SpanCollector } from './support/span-collector.ts'

const limits = { timeout: 60_000 }

test(
  'with a collector, requests are spans of their caller’s trace, and the last ones are sent before the end',
  limits,
  async t => {
    const collector = await SpanCollector.start(t)
    const env = {
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=lab',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test'
    }
    const server = await startServer(t, ['--workers', '1', '--otlp-traces-url', collector.url], { env })
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
    const caller = '00f067aa0ba902b7'
    await fetch(`${server.url}/api/v1/server`, { headers: { traceparent: `00-${traceId}-${caller}-01` } })

    const span = await eventually('the span of the request', () => collector.named('GET /api/v1/server'))
    assert.deepEqual(
      { traceId: span.traceId, parent: span.parentSpanId, kind: span.kind },
      { traceId, parent: caller, kind: 2 }
    )
    assert.equal(attributeOf(span, 'http.request.method'), 'GET')
    assert.equal(attributeOf(span, 'http.route'), '/api/v1/server')
    assert.equal(attributeOf(span, 'http.response.status_code'), 200)
    assert.match(`${attributeOf(span, 'request.id')}`, /./)
    assert.ok(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano))
    const handler = collector.spans.find(({ parentSpanId }) => parentSpanId === span.spanId)
    assert.equal(handler?.traceId, traceId)

    const resource = { attributes: collector.resources[0] ?? [] }
    assert.equal(attributeOf(resource, 'service.name'), 'framelab')
    assert.match(`${attributeOf(resource, 'service.version')}`, /^\d+\.\d+\.\d+/)
    assert.equal(attributeOf(resource, 'deployment.environment.name'), 'test')
    assert.equal(collector.headers['x-tenant'], 'lab')

    await server.ask('POST', '/api/v1/drain')
    assert.equal((await server.program.ended).code, 0)
    assert.ok(collector.named('POST /api/v1/drain'))
  }
)

test(
  'neither spans nor the log at its most talkative hold a token or a payload, wherever a client puts it',
  limits,
  async t => {
    const collector = await SpanCollector.start(t)
    const token = 'framelab_known_to_this_server_0123456789abcdef'
    const secret = 'framelab_tried_by_somebody_0123456789abcdef'
    const args = ['--workers', '1', '--log-level', 'trace', '--otlp-traces-url', collector.url]
    const server = await startServer(t, args, { env: { FRAMELAB_TOKEN: token } })
    const known = { authorization: `Bearer ${token}` }
    const json = { ...known, 'content-type': 'application/json' }
    const attempts: Parameters<typeof send>[1][] = [
      { path: '/api/v1/server', headers: known },
      { path: '/api/v1/server', headers: { authorization: `Bearer ${secret}` } },
      { path: '/debug/pprof/', headers: { authorization: `Basic ${Buffer.from(`:${secret}`).toString('base64')}` } },
      { path: `/api/v1/connections?token=${secret}`, headers: known },
      { path: `/api/v1/connections/${secret}`, headers: known },
      { path: `/${secret}`, headers: known },
      { path: `/api/v1/%zz${secret}`, headers: known },
      { path: '/api/v1/server', headers: { ...known, host: secret } },
      { path: '/api/v1/server', headers: { ...known, origin: `http://${secret}` } },
      { path: '/api/v1/server', headers: { ...known, cookie: secret, traceparent: secret, tracestate: `a=${secret}` } },
      { method: 'PATCH', path: '/api/v1/optimizations', headers: json, body: secret },
      { method: 'PATCH', path: '/api/v1/optimizations', headers: json, body: JSON.stringify({ [secret]: secret }) },
      { method: 'PATCH', path: '/api/v1/optimizations', headers: { ...known, 'content-type': secret }, body: secret }
    ]
    for (const attempt of attempts) await send(server, attempt)
    // Not HTTP at all.
    await send(server, { path: '/api/v1/server', headers: { 'transfer-encoding': secret } })

    await server.ask('GET', '/healthz')
    await eventually('spans of the last request', () => collector.named('GET /healthz'))
    server.program.signal('SIGTERM')
    const { stderr, stdout } = await server.program.ended
    assert.ok(collector.spans.length > attempts.length)
    assert.ok(server.log.filter(({ msg }) => msg === 'answered').length >= attempts.length - 2)
    for (const [place, text] of Object.entries({ spans: collector.text, stderr, stdout })) {
      for (const word of [token, secret, Buffer.from(`:${secret}`).toString('base64')]) {
        const at = text.indexOf(word)
        assert.equal(at, -1, `${place}: ${text.slice(Math.max(0, at - 300), at + 100)}`)
      }
    }
  }
)

interface Attempt {
  readonly method?: string
  readonly path: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

/** By node:http, which, other than fetch, lets one say anything as Host. */
async function send(server: ServerProcess, { method = 'GET', path, headers = {}, body }: Attempt): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const asking = request(server.url + path, { method, headers, agent: false }, response => {
      response.resume().once('end', resolve)
    })
    asking.once('error', reject).end(body)
  })
}

test('a collector that takes nothing costs one line when it begins and one when it ends', limits, async t => {
  const collector = await SpanCollector.start(t)
  collector.refusing = true
  const server = await startServer(t, ['--workers', '1', '--otlp-traces-url', collector.url])
  const lines = (pattern: RegExp) => server.log.filter(({ msg }) => pattern.test(msg))
  await eventually('a warning', async () => {
    await server.ask('GET', '/healthz')
    return lines(/^spans are lost/).length > 0
  })
  collector.refusing = false
  const told = await eventually('a line that it works', async () => {
    await server.ask('GET', '/healthz')
    return lines(/takes spans again/)[0] as { lostSpans?: number } | undefined
  })
  assert.ok((told.lostSpans ?? 0) > 0)
  assert.equal(lines(/^spans are lost/).length, 1)
})

test('without one, nothing of what would trace is loaded', limits, async t => {
  const script = `
    import { createRequire } from 'node:module'
    const { cache } = createRequire(import.meta.url)
    const loaded = () => Object.keys(cache).filter(path => /@opentelemetry.(?:sdk|exporter|otlp)|@fastify.otel/.test(path)).length
    await import('./dist/cli/run-server.js')
    const without = loaded()
    await import('./dist/controlplane/request-traces.js')
    console.log(JSON.stringify({ without, having: loaded() > 0 }))`
  const { stdout, stderr } = await new Program(t, ['--input-type=module', '--eval', script]).ended
  assert.equal(stderr, '')
  assert.deepEqual(JSON.parse(stdout), { without: 0, having: true })
})

test('an address of a collector with a secret in it is refused, and not repeated', limits, async t => {
  const url = 'http://me:hush@127.0.0.1:4318/v1/traces'
  const { code, stderr, stdout } = await runFramelab(t, ['serve', '--print-config', '--otlp-traces-url', url])
  assert.deepEqual({ code, stdout }, { code: 2, stdout: '' })
  assert.match(stderr, /^framelab: --otlp-traces-url cannot be .*: a secret goes into OTEL_EXPORTER_OTLP_HEADERS.*\n$/)
  assert.doesNotMatch(stderr, /hush/)
  for (const wrong of ['http://127.0.0.1/v1/traces?key=1', 'collector:4318', 'file:///spans', 'x']) {
    assert.equal(optionsSchema.safeParse({ otlpTracesUrl: wrong }).success, false, wrong)
  }
})

import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fp from 'fastify-plugin'
import type { StartEvent } from '../../src/contract/events.ts'
import { eventually } from '../integration/support/eventually.ts'
import { HttpSocket, listeningApp } from './support/http-socket.ts'

const limits = { timeout: 90_000 }
const host = 'Host: 127.0.0.1\r\n'
const json = 'Content-Type: application/json\r\n'
const patch = `PATCH /api/v1/optimizations HTTP/1.1\r\n${host}${json}`

test('slow clients are cut off, whichever part they are slow with, and hold up nobody else', limits, async t => {
  const { port } = await listeningApp(t)
  const header = new HttpSocket(t, port).send(`GET /api/v1/server HTTP/1.1\r\n${host}X-Slow: `)
  const body = new HttpSocket(t, port).send(`${patch}Content-Length: 1000\r\n\r\n{`)
  const chunked = new HttpSocket(t, port).send(`${patch}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`)
  const silent = new HttpSocket(t, port)
  const dribble = setInterval(() => {
    header.send('a')
    body.send(' ')
    chunked.send('1\r\n \r\n')
  }, 200)
  t.after(() => clearInterval(dribble))
  const others: number[] = []
  const asked: Promise<void>[] = []
  const ask = async (): Promise<void> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/workers`)
    others.push(response.status)
    await response.arrayBuffer()
  }
  const watch = setInterval(() => asked.push(ask()), 500)
  t.after(() => clearInterval(watch))

  for (const slow of [header, body, chunked, silent]) {
    const answer = await slow.closed
    // A peer who has said nothing need not be told anything.
    if (answer !== '') assert.match(answer, /^HTTP\/1\.1 408 .*application\/problem\+json.*did not come whole/s)
  }
  assert.ok(header.status === 408)
  // None is left behind for the server to cut off when it closes.
  clearInterval(watch)
  await Promise.all(asked)
  assert.ok(others.length > 3 && others.every(status => status === 200))
})

test(
  'those who open all connections there may be, and say nothing or say it slowly, keep nobody out',
  limits,
  async t => {
    const hogs = new Set<Socket>()
    let cut = 0
    let isOver = false
    const end = (): void => {
      isOver = true
      for (const hog of hogs) hog.destroy()
    }
    t.after(end)
    const { port } = await listeningApp(t, { maxHttpConnections: 100 })
    const follower = new HttpSocket(t, port).send(
      `GET /api/v1/events HTTP/1.1\r\n${host}Accept: text/event-stream\r\n\r\n`
    )
    await eventually('a stream of events', () => follower.status === 200)
    const starts = [
      '',
      `GET /healthz HTTP/1.1\r\n${host}X-Slow: `,
      `${patch}Content-Length: 1000\r\n\r\n{`,
      `GET /healthz HTTP/1.1\r\n${host}\r\n`
    ]
    const hold = (start: string): void => {
      if (isOver) return
      const hog = connect(port, '127.0.0.1')
      hogs.add(hog)
      hog.write(start)
      hog.on('error', () => {}).on('data', () => {})
      hog.on('close', () => {
        cut++
        hogs.delete(hog)
        setTimeout(hold, 10, start)
      })
    }
    for (let hog = 0; hog < 150; hog++) hold(starts[hog % starts.length] as string)
    await eventually('more than there may be', () => cut > 100)
    for (let round = 0; round < 50; round++) {
      const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { headers: { connection: 'close' } })
      assert.equal(answer.status, 200)
      await answer.arrayBuffer()
    }
    assert.equal(follower.socket.destroyed, false, 'who is being served is not cut')
    end()
  }
)

test(
  'requests that come without waiting are answered in their order, however slow the first one is',
  limits,
  async t => {
    const { port, lab } = await listeningApp(t)
    const id = lab.profiles.start({ kind: 'cpu', seconds: 1, workers: null, label: null }).id
    const paths = ['/documentation/json', `/api/v1/profiles/${id}`, '/nothing', '/healthz', '/api/v1/server']
    const client = new HttpSocket(t, port).send(paths.map(path => `GET ${path} HTTP/1.1\r\n${host}\r\n`).join(''))
    client.send(`GET /healthz HTTP/1.1\r\n${host}Connection: close\r\n\r\n`)
    const answers = await client.closed
    const statuses = [...answers.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status))
    assert.deepEqual(statuses, [200, 200, 404, 200, 200, 200])
  }
)

test(
  'who sends hundreds of requests and reads no answer is cut, and has but one of them in memory',
  limits,
  async t => {
    let handled = 0
    const { port } = await listeningApp(t, {
      requestTraces: fp((app, _options, done) => {
        app.addHook('preHandler', async () => {
          handled++
        })
        done()
      })
    })
    const client = new HttpSocket(t, port)
    client.socket.pause()
    client.send(`GET /documentation/json HTTP/1.1\r\n${host}\r\n`.repeat(500))
    await eventually('the end of it', async () => {
      client.socket.resume()
      return client.socket.destroyed
    })
    assert.ok(handled <= 1, `${handled} were handled`)
    assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200)
  }
)

test('what comes behind the last answer of a connection is not done, and leaves nothing behind', limits, async t => {
  const { port, lab } = await listeningApp(t)
  const spoilt = `${patch}Content-Length: 1\r\n\r\n{`
  const behind = [
    `${patch}Content-Length: 21\r\n\r\n{"preset":"baseline"}`,
    `GET /api/v1/events HTTP/1.1\r\n${host}Accept: text/event-stream\r\n\r\n`
  ]
  for (const request of behind) {
    const answers = await new HttpSocket(t, port).send(spoilt + request).closed
    assert.deepEqual(answers.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 400'])
  }
  assert.equal(lab.audit(1).total, 0)
  assert.equal(lab.events.listeners, 0)
})

test(
  'what Node or the router would answer by itself is bounded behind an answer that never ends, too',
  limits,
  async t => {
    const { port, lab } = await listeningApp(t)
    // Headers leave with the first event.
    lab.events.publish('start', { name: 'framelab' } as StartEvent)
    const events = `GET /api/v1/events HTTP/1.1\r\n${host}Accept: text/event-stream\r\n\r\n`
    for (const request of [
      `GET /% HTTP/1.1\r\n${host}\r\n`,
      'GET /healthz HTTP/1.1\r\n\r\n',
      `GET /healthz HTTP/1.1\r\n${host}Expect: nothing\r\n\r\n`
    ]) {
      const client = new HttpSocket(t, port).send(events)
      await eventually('a stream of events', () => client.status === 200)
      client.send(request.repeat(500))
      await client.closed
    }
    const alone = new HttpSocket(t, port).send(`GET /healthz HTTP/1.1\r\n${host}Expect: nothing\r\n\r\n`)
    await eventually('an answer', () => alone.status === 200)
  }
)

/** Requests that are refused as such, each with the status it gets and its text. */
const refused: readonly [what: string, statuses: readonly number[], text: string][] = [
  ['a header of 20 KB', [431], `GET / HTTP/1.1\r\n${host}X-Long: ${'a'.repeat(20_000)}\r\n\r\n`],
  ['a thousand headers', [431], `GET / HTTP/1.1\r\n${host}${'X-Many: aaaaaaaaaaaaaaaa\r\n'.repeat(1000)}\r\n`],
  ['an address of 20 KB', [431], `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${host}\r\n`],
  ['a segment of 2 KB', [414], `GET /api/v1/connections/${'a'.repeat(2000)} HTTP/1.1\r\n${host}\r\n`],
  ['a body that says it is too long', [413], `${patch}Content-Length: 10000000\r\n\r\n{`],
  ['both lengths at once', [400], `${patch}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['two different lengths', [400], `${patch}Content-Length: 4\r\nContent-Length: 5\r\n\r\n{}  `],
  ['a length below zero', [400], `${patch}Content-Length: -1\r\n\r\n{}`],
  ['a chunk size that is none', [400], `${patch}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`],
  ['an encoding of transfer that is unknown', [400, 501], `${patch}Transfer-Encoding: gzip\r\n\r\n{}`],
  ['a folded header', [400], `GET /healthz HTTP/1.1\r\n${host}X-A: b\r\n c\r\n\r\n`],
  ['a zero byte in a header', [400], `GET /healthz HTTP/1.1\r\n${host}X-A: a\0b\r\n\r\n`],
  ['a space before the colon', [400], `GET /healthz HTTP/1.1\r\n${host}X-A : b\r\n\r\n`],
  ['two Host headers', [400, 421], `GET /api/v1/server HTTP/1.1\r\n${host}Host: evil.example\r\n\r\n`],
  ['no Host header', [400, 421], 'GET /api/v1/server HTTP/1.1\r\n\r\n'],
  ['an address of another server', [400, 404, 421], `GET http://evil.example/api/v1/server HTTP/1.1\r\n${host}\r\n`],
  ['a broken escape', [400], `GET /api/v1/connections/%ff%zz HTTP/1.1\r\n${host}\r\n`],
  [
    'a way out of the folder',
    [400, 404],
    `GET /documentation/static/..%2f..%2f..%2fpackage.json HTTP/1.1\r\n${host}\r\n`
  ],
  ['CONNECT', [400, 404, 405], `CONNECT evil.example:80 HTTP/1.1\r\n${host}\r\n`],
  ['what is no HTTP', [400], '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03']
]

test(
  'what is too long, ambiguous or no HTTP is refused, and no second request is smuggled in behind it',
  limits,
  async t => {
    const { port, lab } = await listeningApp(t)
    for (const [what, statuses, text] of refused) {
      const client = new HttpSocket(t, port).send(text)
      await Promise.race([client.closed, eventually(`an answer to ${what}`, () => client.status > 0)])
      client.socket.end()
      const answer = await client.closed
      // Node itself ends a CONNECT that nobody serves.
      if (what !== 'CONNECT') assert.ok(statuses.includes(client.status), `${what}: ${answer.slice(0, 200)}`)
      assert.equal(answer.split('HTTP/1.1 ').length - 1 <= 1, true, what)
    }
    assert.equal(lab.audit(1).total, 0)
    assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200)
  }
)

test('a chunked body is cut off where it gets too long, however much would follow', limits, async t => {
  const { port } = await listeningApp(t)
  const client = new HttpSocket(t, port).send(`${patch}Transfer-Encoding: chunked\r\n\r\n`)
  const chunk = `4000\r\n${'['.repeat(0x4000)}\r\n`
  const pump = setInterval(() => client.socket.writable && client.send(chunk), 5)
  t.after(() => clearInterval(pump))
  await eventually('an answer', () => client.status === 413)
})

test('a compressed body is not unpacked', limits, async t => {
  const { port } = await listeningApp(t)
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/optimizations`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body: gzipSync(Buffer.alloc(50_000_000, ' '))
  })
  assert.ok([400, 413, 415].includes(response.status), `${response.status}`)
})

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { gzipSync } from 'node:zlib'
import { labApp } from './lab-app.ts'

const built = new URL('../../dist/dashboard/', import.meta.url)
const MOST_FIRST_VIEW_BYTES = 150_000

test('the page and all it needs come from here, under a policy that allows nothing else', async t => {
  assert.ok(existsSync(built), 'npm run build comes first')
  const { app } = await labApp(t)
  const read = (url: string) => app.inject({ url, headers: { host: 'localhost', 'accept-encoding': 'gzip' } })
  const page = await read('/')
  assert.equal(page.statusCode, 200)
  const policy = `${page.headers['content-security-policy']}`
  assert.match(policy, /default-src 'none'/)
  assert.match(policy, /script-src 'self'(?:;|$)/)
  assert.doesNotMatch(policy, /unsafe|https?:|\*/)
  assert.equal(page.headers['x-frame-options'], 'DENY')
  assert.equal(page.headers['referrer-policy'], 'no-referrer')

  const html = readFileSync(new URL('index.html', built), 'utf8')
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|<style|\son\w+=|\bstyle=/)
  const parts = [...html.matchAll(/(?:src|href)="(assets\/[^"]+)"/g)].map(match => `/${match[1]}`)
  assert.equal(parts.length, 2, 'a script and a style sheet')
  let bytes = gzipSync(html).length
  for (const part of parts) {
    const answer = await read(part)
    assert.equal(answer.statusCode, 200, part)
    assert.equal(answer.headers['content-encoding'], 'gzip')
    assert.match(`${answer.headers['cache-control']}`, /immutable/)
    bytes += answer.rawPayload.length
  }
  t.diagnostic(`first view: ${bytes} bytes compressed`)
  assert.ok(bytes <= MOST_FIRST_VIEW_BYTES, `${bytes} bytes`)
})

test('speedscope comes with the server, under a policy of its own that reaches nothing else either', async t => {
  const { app } = await labApp(t)
  const page = await app.inject({ url: '/speedscope/', headers: { host: 'localhost' } })
  assert.equal(page.statusCode, 200)
  const policy = `${page.headers['content-security-policy']}`
  assert.match(policy, /default-src 'none'/)
  assert.doesNotMatch(policy, /https?:|\*|'unsafe-eval'/)
  const [script] = /speedscope-\w+\.js/.exec(page.body) ?? []
  assert.equal((await app.inject({ url: `/speedscope/${script}`, headers: { host: 'localhost' } })).statusCode, 200)
})

test('where tokens are wanted, the page comes without one, and asks for it', async t => {
  const { app } = await labApp(t, { tokens: { identify: () => null } })
  const statusOf = async (url: string): Promise<number> =>
    (await app.inject({ url, headers: { host: 'localhost' } })).statusCode
  assert.deepEqual(await Promise.all(['/', '/speedscope/', '/api/v1/server'].map(statusOf)), [200, 200, 401])
})

test('the dashboard is for reading only', async t => {
  const { app } = await labApp(t)
  const answer = await app.inject({ method: 'POST', url: '/', headers: { host: 'localhost' } })
  assert.ok([404, 405].includes(answer.statusCode))
})

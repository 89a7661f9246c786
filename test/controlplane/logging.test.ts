import assert from 'node:assert/strict'
import { test } from 'node:test'
import { labApp } from './lab-app.ts'

function collect(level: string): { logger: object; entries: () => Record<string, unknown>[] } {
  const lines: string[] = []
  const logger = { level, stream: { write: (line: string) => lines.push(line) } }
  return { logger, entries: () => lines.map(line => JSON.parse(line)) }
}

test('a scrape, an unknown path and a refused request leave nothing in the log', async t => {
  const { logger, entries } = collect('info')
  const { ask } = await labApp(t, { logger })
  await ask('GET', '/metrics')
  await ask('GET', '/nothing')
  await ask('PATCH', '/api/v1/optimizations', { body: { fast: true } })
  assert.deepEqual(entries(), [])
})

test('for those who debug, a request is one line with its id, and without headers and body', async t => {
  const { logger, entries } = collect('debug')
  const { ask } = await labApp(t, { logger })
  await ask('PATCH', '/api/v1/optimizations', { body: { noDelay: true }, headers: { authorization: 'Bearer hush' } })
  await new Promise(setImmediate)
  const [entry, ...others] = entries()
  assert.deepEqual(others, [])
  assert.equal(entry?.method, 'PATCH')
  assert.equal(entry?.route, '/api/v1/optimizations')
  assert.equal(entry?.status, 200)
  assert.ok(entry?.reqId)
  assert.doesNotMatch(JSON.stringify(entry), /noDelay|hush/)
})

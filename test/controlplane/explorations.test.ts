import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExplorationReport } from '../../src/contract/exploration.ts'
import { assertProblem, labApp } from './lab-app.ts'

const url = '/api/v1/explorations'

test('an exploration begins with every default, can be seen on its way, and is cancelled', async t => {
  const { ask, lab } = await labApp(t)
  const before = JSON.stringify(lab.optimizations().optimizations)
  const begun = await ask('POST', url, { body: { switches: ['bufferedReader', 'ackPool'], seed: 7 } })
  assert.equal(begun.status, 202)
  const report = begun.json<ExplorationReport>()
  assert.equal(begun.headers.location, `${url}/${report.id}`)
  const { fraction, rounds, blockSeconds, load } = report.request
  assert.deepEqual(
    { fraction, rounds, blockSeconds, load },
    { fraction: 'full', rounds: 6, blockSeconds: 2, load: 'live' }
  )
  assert.equal(report.combinations.length, 4)
  assert.match(report.command, /^framelab explore bufferedReader ackPool .*--seed 7/)

  assertProblem(await ask('POST', url, { body: { switches: ['noDelay', 'ackPool'] } }), 409)
  const held = assertProblem(await ask('PATCH', '/api/v1/optimizations', { body: { noDelay: false } }), 409)
  assert.match(held.detail, new RegExp(`${report.id} has the switches`))
  const place = `${url}/${report.id}`
  assert.equal((await ask('GET', place)).status, 200)
  assert.equal((await ask('DELETE', place)).status, 204)
  const cancelled = (await ask('GET', place)).json<ExplorationReport>()
  assert.equal(cancelled.state, 'cancelled')
  assert.equal(JSON.stringify(lab.optimizations().optimizations), before)
  const causes = lab.audit(100).items.map(({ cause, by }) => `${cause} ${by}`)
  for (const cause of ['explore', 'unexplore']) assert.ok(causes.includes(`${cause} 127.0.0.1`), cause)

  const page = await ask('GET', `${place}/report`)
  assert.match(page.headers['content-type'] ?? '', /^text\/html/)
  assert.match(page.headers['content-security-policy'] ?? '', /^default-src 'none'/)
  assert.match(page.text, /This exploration is cancelled/)
  assert.deepEqual((await ask('GET', `${place}/report?format=json`)).json(), cancelled)
  assert.equal((await ask('GET', url)).json<{ total: number }>().total, 1)
  assert.equal((await ask('DELETE', place)).status, 204)
  assertProblem(await ask('GET', place), 404)
  assertProblem(await ask('GET', `${place}/report`), 404)
  assertProblem(await ask('DELETE', place), 404)
})

test('what cannot be explored is refused with the place and the reason', async t => {
  const { ask } = await labApp(t)
  for (const [body, places, reason] of [
    [{}, ['/switches'], /switches/],
    [{ switches: ['ackPool'] }, ['/switches'], /switches/],
    [{ switches: ['ackPool', 'ackPool'] }, ['/switches'], /names a switch twice/],
    [{ switches: ['ackPool', 'pool'] }, ['/switches/1'], /switches/],
    [{ switches: ['ackPool', 'noDelay'], fraction: 'half' }, ['/fraction'], /tells nothing/],
    [{ switches: ['ackPool', 'noDelay'], rounds: 1 }, ['/rounds'], /from 2 to 100/],
    [{ switches: ['ackPool', 'noDelay'], blockSeconds: 600 }, ['/rounds'], /no more than 3500 s/],
    [{ switches: ['ackPool', 'noDelay'], speed: 1 }, ['/speed'], /unknown field/]
  ] as const) {
    const problem = assertProblem(await ask('POST', url, { body }), 400, places)
    assert.match(problem.detail, reason)
  }
})

test('where workers differ in what is not explored, there is no telling what the combinations are', async t => {
  const { ask } = await labApp(t)
  await ask('PATCH', '/api/v1/optimizations', { body: { packetPool: false, workers: [2] } })
  const refused = assertProblem(await ask('POST', url, { body: { switches: ['noDelay', 'ackPool'] } }), 409)
  assert.match(refused.detail, /workers differ in packetPool: explore it as well/)
  assert.equal((await ask('POST', url, { body: { switches: ['packetPool', 'ackPool'] } })).status, 202)
})

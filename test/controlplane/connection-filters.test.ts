import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ConnectionFilter, connectionSortKeys, stateFilters } from '../../src/contract/snapshot.ts'
import type { ConnectionPage } from '../../src/controlplane/connection-page.ts'
import { assertProblem, type LabApp, labApp } from './lab-app.ts'

const close = '/api/v1/connections/close'

const filter: fc.Arbitrary<ConnectionFilter> = fc.record(
  {
    state: fc.constantFrom(...stateFilters.filter(state => state !== 'closed')),
    worker: fc.constantFrom(1, 2),
    address: fc.constantFrom('10.0.0.3', '10.0.0.0/30', '10.0.0.4/30', '10.0.0.0/8', '11.0.0.0/8'),
    reason: fc.constantFrom('frame_too_large' as const, 'operator' as const),
    minIdleSeconds: fc.constantFrom(0, 4, 9.5),
    minAgeSeconds: fc.constantFrom(0, 20, 48.25),
    minPendingBytes: fc.constantFrom(0, 1, 50)
  },
  { requiredKeys: [] }
)

function queryOf(asked: ConnectionFilter): string {
  return new URLSearchParams(
    Object.entries(asked).map(([name, value]): [string, string] => [name, `${value}`])
  ).toString()
}

async function visited(ask: LabApp['ask'], query: string): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const url = `/api/v1/connections?${query}&limit=20${cursor === '' ? '' : `&cursor=${cursor}`}`
    const page: ConnectionPage = (await ask('GET', url)).json()
    ids.push(...page.items.map(({ id }) => id))
    assert.ok(page.total >= ids.length)
    if (page.nextCursor === null) assert.equal(page.total, ids.length)
    cursor = page.nextCursor
  }
  return ids
}

test('list, count, dry run and close mean the same connections by the same filter', async t => {
  const { ask, lab } = await labApp(t)
  let most = 0
  await fc.assert(
    fc.asyncProperty(filter, fc.constantFrom(...connectionSortKeys), async (asked, sort) => {
      lab.connections.clear()
      lab.addConnections(90, true)
      const query = queryOf(asked)
      const ids = await visited(ask, `${query}&sort=${sort}`)
      const { count } = (await ask('GET', `/api/v1/connections/count?${query}`)).json<{ count: number }>()
      assert.equal(count, ids.length)
      most = Math.max(most, count)
      if (query === '') return
      const dry = await ask('POST', close, { body: { filter: asked, dryRun: true } })
      assert.equal(dry.status, 200)
      assert.deepEqual(dry.json(), { dryRun: true, matched: count, unavailableWorkers: [] })
      assert.equal(lab.connections.size, 90, 'a dry run closes nothing')
      const real = await ask('POST', close, { body: { filter: asked } })
      assert.equal(real.status, 202)
      assert.deepEqual(real.json(), { dryRun: false, matched: count, unavailableWorkers: [] })
      assert.deepEqual(
        ids.filter(id => lab.connections.has(id)),
        []
      )
      assert.equal(lab.connections.size, 90 - count)
    }),
    { numRuns: 60, seed: 2, examples: [[{ state: 'live' }, 'id']] }
  )
  assert.equal(most, 67, 'all that live')
})

for (const sort of ['ageSeconds', 'idleSeconds', 'closedAt', 'reason'] as const) {
  test(`closed connections page by ${sort}`, async t => {
    const { ask, lab } = await labApp(t)
    lab.addConnections(200, true)
    for (const order of ['asc', 'desc']) {
      const ids = await visited(ask, `state=closed&sort=${sort}&order=${order}`)
      assert.equal(ids.length, 50)
      assert.equal(new Set(ids).size, 50)
      const values = ids.map(id => lab.connections.get(id)?.[sort] ?? '')
      if (order === 'desc') values.reverse()
      assert.ok(values.every((value, index) => index === 0 || (values[index - 1] as typeof value) <= value))
    }
  })
}

const badParameters: Record<string, readonly string[]> = {
  state: ['Open', '', 'any', 'open&state=live'],
  worker: ['0', '-1', '1.5', 'one', '', '0x1', '257', '3'],
  address: ['10.0.0', '10.0.0.1/8', '10.0.0.0/33', 'host', '', `1${'0'.repeat(70)}`],
  reason: ['bored', '', 'max_connections'],
  minIdleSeconds: ['-1', '1e3', '', ' 5', '.5', 'Infinity', '2000000000'],
  minAgeSeconds: ['-1', '1e3', '', '5s'],
  minPendingBytes: ['-1', '1.5', '', '1e3', '9999999999999']
}
for (const [parameter, values] of Object.entries(badParameters)) {
  test(`a bad ${parameter} is named, in the list and in the count`, async t => {
    const { ask, lab } = await labApp(t)
    for (const value of values) {
      for (const path of ['', '/count']) {
        assertProblem(await ask('GET', `/api/v1/connections${path}?${parameter}=${value}`), 400, [`?${parameter}`])
      }
    }
    assert.deepEqual(
      lab.queries.filter(({ filter }) => filter.worker !== 3),
      []
    )
  })
}

test('a count takes no parameters of a page', async t => {
  const { ask } = await labApp(t)
  assertProblem(await ask('GET', '/api/v1/connections/count?sort=id&limit=5'), 400, ['?limit', '?sort'])
})

test('closing is at 500 a second by draining unless asked otherwise', async t => {
  const { ask, lab } = await labApp(t)
  await ask('POST', close, { body: { filter: { state: 'live' } } })
  await ask('POST', close, { body: { filter: { worker: 2 }, ratePerSecond: 2.5, mode: 'now', dryRun: false } })
  assert.deepEqual(lab.bulkCloses, [
    { filter: { state: 'live' }, ratePerSecond: 500, mode: 'drain' },
    { filter: { worker: 2 }, ratePerSecond: 2.5, mode: 'now' }
  ])
})

const badBodies: [name: string, body: unknown, places: string[]][] = [
  ['no filter', {}, ['/filter']],
  ['an empty filter', { filter: {} }, ['/filter']],
  ['a filter that is none', { filter: [] }, ['/filter']],
  ['a filter of closed ones', { filter: { state: 'closed' } }, ['/filter/state']],
  ['an unknown field', { filter: { worker: 1, peer: 'x' } }, ['/filter/peer']],
  ['a misspelt option', { filter: { worker: 1 }, dryrun: true }, ['/dryrun']],
  ['an unknown worker', { filter: { worker: 9 } }, ['/filter/worker']],
  ['an unknown worker in a dry run', { filter: { worker: 9 }, dryRun: true }, ['/filter/worker']],
  ['numbers as text', { filter: { worker: '1', minIdleSeconds: '5' } }, ['/filter/minIdleSeconds', '/filter/worker']],
  ['a pace of nothing', { filter: { worker: 1 }, ratePerSecond: 0 }, ['/ratePerSecond']],
  ['a pace without bounds', { filter: { worker: 1 }, ratePerSecond: 1e9 }, ['/ratePerSecond']],
  ['an unknown mode', { filter: { worker: 1 }, mode: 'soon' }, ['/mode']],
  ['a block with host bits', { filter: { address: '10.1.2.3/8' } }, ['/filter/address']],
  ['a list', [], ['']]
]
for (const [name, body, places] of badBodies) {
  test(`closing by ${name} is refused and closes nothing`, async t => {
    const { ask, lab } = await labApp(t)
    lab.addConnections(10)
    assertProblem(await ask('POST', close, { body }), 400, places)
    assert.equal(lab.connections.size, 10)
    assert.deepEqual(lab.bulkCloses, [])
  })
}

test('an empty filter is told how to ask for all', async t => {
  const { ask } = await labApp(t)
  assert.match(assertProblem(await ask('POST', close, { body: { filter: {} } }), 400).detail, /\{"state": "live"\}/)
})

test('too many closings at once are a conflict', async t => {
  const { ask, lab } = await labApp(t)
  lab.tooManyClosings = true
  assertProblem(await ask('POST', close, { body: { filter: { worker: 1 } } }), 409)
})

test('workers that do not answer are named, and what only they know is not made up', async t => {
  const { ask, lab } = await labApp(t)
  lab.addConnections(10)
  lab.unavailableWorkers = [2]
  assert.deepEqual((await ask('GET', '/api/v1/connections')).json<ConnectionPage>().unavailableWorkers, [2])
  const { unavailableWorkers } = (await ask('GET', '/api/v1/connections/count')).json<ConnectionPage>()
  assert.deepEqual(unavailableWorkers, [2])
  for (const method of ['GET', 'DELETE'] as const) {
    const received = await ask(method, '/api/v1/connections/2-1')
    assert.match(assertProblem(received, 503).detail, /worker 2/)
    assert.equal(received.headers['retry-after'], '1')
  }
  assert.ok(lab.connections.has('2-1'))
  assert.equal((await ask('GET', '/api/v1/connections/1-0')).status, 200)
})

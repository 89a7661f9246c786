import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ConnectionInfo, type ConnectionSortKey, connectionSortKeys } from '../../src/contract/snapshot.ts'
import type { ConnectionPage } from '../../src/controlplane/connection-page.ts'
import { encodeCursor } from '../../src/controlplane/cursor.ts'
import { assertProblem, labApp } from './lab-app.ts'

test('a listing has fifty connections by id unless asked otherwise', async t => {
  const { ask, lab } = await labApp(t)
  lab.addConnections(60)
  const page = (await ask('GET', '/api/v1/connections')).json<ConnectionPage>()
  assert.equal(page.total, 60)
  assert.deepEqual(
    page.items.map(({ id }) => id),
    [...lab.connections.keys()].sort(byId).slice(0, 50)
  )
  assert.deepEqual(page.items[0], lab.connections.get('1-0'))
})

test('a listing of nothing is one empty page', async t => {
  const { ask } = await labApp(t)
  const received = await ask('GET', '/api/v1/connections?sort=reads&order=desc&limit=1000')
  assert.deepEqual(received.json(), { total: 0, nextCursor: null, items: [], unavailableWorkers: [] })
})

test('the page that holds the last connection has no next one, even when it is full', async t => {
  const { ask, lab } = await labApp(t)
  lab.addConnections(10)
  assert.equal((await ask('GET', '/api/v1/connections?limit=10')).json<ConnectionPage>().nextCursor, null)
  assert.notEqual((await ask('GET', '/api/v1/connections?limit=9')).json<ConnectionPage>().nextCursor, null)
})

for (const sort of connectionSortKeys) {
  for (const order of ['asc', 'desc'] as const) {
    test(`paging by ${sort} ${order} visits each of 250 connections once, in order`, async t => {
      const { ask, lab } = await labApp(t)
      lab.addConnections(250)
      const visited: ConnectionInfo[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const position: string = cursor === '' ? '' : `&cursor=${cursor}`
        const url = `/api/v1/connections?sort=${sort}&order=${order}&limit=37${position}`
        const page: ConnectionPage = (await ask('GET', url)).json()
        assert.equal(page.total, 250)
        visited.push(...page.items)
        cursor = page.nextCursor
      }
      assert.equal(visited.length, 250)
      assert.equal(new Set(visited.map(({ id }) => id)).size, 250)
      const rising = (order === 'asc' ? visited : visited.reverse()).map(connection => shown(connection, sort))
      assert.ok(rising.every((value, index) => index === 0 || (rising[index - 1] as typeof value) <= value))
    })
  }
}

for (const sort of ['ageSeconds', 'idleSeconds'] as const) {
  test(`paging by ${sort} misses and repeats nothing although they all grow meanwhile`, async t => {
    const { ask, lab } = await labApp(t)
    lab.addConnections(100)
    for (const order of ['asc', 'desc']) {
      const url = `/api/v1/connections?sort=${sort}&order=${order}&limit=60`
      const first = (await ask('GET', url)).json<ConnectionPage>()
      for (const [id, info] of lab.connections) lab.connections.set(id, { ...info, [sort]: info[sort] + 20 })
      const second = (await ask('GET', `${url}&cursor=${first.nextCursor}`)).json<ConnectionPage>()
      assert.equal(new Set([...first.items, ...second.items].map(({ id }) => id)).size, 100, order)
    }
  })
}

test('every bad parameter of a listing is named', async t => {
  const { ask, lab } = await labApp(t)
  const url = '/api/v1/connections?sort=peer&order=up&limit=0&cursor=x&page=2'
  assertProblem(await ask('GET', url), 400, ['?cursor', '?limit', '?order', '?page', '?sort'])
  assert.deepEqual(lab.queries, [])
})

for (const limit of ['abc', '', '0', '-1', '1.5', '1e2', '0x10', '%205', '1001', '99999', '5&limit=6']) {
  test(`a limit of '${limit}' is refused`, async t => {
    const { ask } = await labApp(t)
    assertProblem(await ask('GET', `/api/v1/connections?limit=${limit}`), 400, ['?limit'])
  })
}

test('the longest page has a thousand connections', async t => {
  const { ask, lab } = await labApp(t)
  lab.addConnections(1200)
  const page = (await ask('GET', '/api/v1/connections?limit=1000')).json<ConnectionPage>()
  assert.equal(page.items.length, 1000)
  assert.notEqual(page.nextCursor, null)
})

const position = { sort: 'reads', order: 'asc', closed: false, value: 3, id: '1-2', held: 7 } as const
const badCursors = {
  'is not base64url of JSON': 'abc$',
  'is JSON of something else': Buffer.from('[1]').toString('base64url'),
  'has another field': Buffer.from(JSON.stringify({ ...position, all: true })).toString('base64url'),
  'lacks the id': Buffer.from(JSON.stringify({ ...position, id: undefined })).toString('base64url'),
  'has text where the sorted field is a number': Buffer.from(JSON.stringify({ ...position, value: '3' })).toString(
    'base64url'
  ),
  'has an id that is none': encodeCursor({ ...position, id: '1-2-3' }),
  'was made for closed connections': encodeCursor({ ...position, closed: true }),
  'was made for another field': encodeCursor({ ...position, sort: 'writes' }),
  'was made for the other order': encodeCursor({ ...position, order: 'desc' }),
  'is empty': '',
  'is very long': 'A'.repeat(5000)
}
for (const [name, cursor] of Object.entries(badCursors)) {
  test(`a cursor that ${name} is refused`, async t => {
    const { ask, lab } = await labApp(t)
    assertProblem(await ask('GET', `/api/v1/connections?sort=reads&order=asc&cursor=${cursor}`), 400, ['?cursor'])
    assert.deepEqual(lab.queries, [])
  })
}

test('the pages of a listing by figures that move are known by one number, those of steady ones by none', async t => {
  const { ask, lab } = await labApp(t)
  lab.addConnections(5)
  for (const [query, isHeld] of [
    ['sort=framesReceived', true],
    ['sort=idleSeconds', true],
    ['sort=ageSeconds', false],
    ['sort=port', false]
  ] as const) {
    const url = `/api/v1/connections?limit=2&${query}`
    const { nextCursor } = (await ask('GET', url)).json<ConnectionPage>()
    const second = (await ask('GET', `${url}&cursor=${nextCursor}`)).json<ConnectionPage>()
    await ask('GET', `${url}&cursor=${second.nextCursor}`)
    const held = lab.queries.splice(0).map(one => one.held)
    assert.equal(new Set(held).size, 1, query)
    assert.equal(held[0] !== null, isHeld, query)
    await ask('GET', url)
    assert.equal(lab.queries.splice(0)[0]?.held === held[0], !isHeld, 'another listing is another one')
  }
})

test('a cursor of a listing that is forgotten is refused, and says what to do', async t => {
  const { ask, lab } = await labApp(t)
  lab.addConnections(5)
  const url = '/api/v1/connections?limit=2&sort=reads'
  const { nextCursor } = (await ask('GET', url)).json<ConnectionPage>()
  lab.forgetsListings = true
  const problem = assertProblem(await ask('GET', `${url}&cursor=${nextCursor}`), 400, ['?cursor'])
  assert.match(problem.detail, /begin again without a cursor/)
})

test('a page is in the order of what it shows, though its figures have moved since it was made out', async t => {
  const { ask, lab } = await labApp(t)
  lab.addConnections(3)
  const list = lab.listConnections.bind(lab)
  lab.listConnections = async query => {
    const listing = await list(query)
    return { ...listing, items: listing.items.map((item, index) => ({ ...item, reads: [5, 9, 7][index] as number })) }
  }
  const { items } = (await ask('GET', '/api/v1/connections?sort=reads&order=desc')).json<ConnectionPage>()
  assert.deepEqual(
    items.map(({ reads }) => reads),
    [9, 7, 5]
  )
})

test('one connection is shown as the lab knows it', async t => {
  const { ask, lab } = await labApp(t)
  lab.addConnections(3)
  assert.deepEqual((await ask('GET', '/api/v1/connections/2-1')).json(), lab.connections.get('2-1'))
})

test('an unknown connection is a problem that names it', async t => {
  const { ask } = await labApp(t)
  assert.match(assertProblem(await ask('GET', '/api/v1/connections/9-9'), 404).detail, /'9-9'/)
  assertProblem(await ask('DELETE', '/api/v1/connections/9-9'), 404)
})

test('closing a connection drains it unless it must be now', async t => {
  const { ask, lab } = await labApp(t)
  lab.addConnections(3)
  for (const url of ['1-0', '2-1?mode=now', '1-2?mode=drain']) {
    const received = await ask('DELETE', `/api/v1/connections/${url}`)
    assert.equal(received.status, 204)
    assert.equal(received.text, '')
  }
  assert.deepEqual(lab.closed, [
    ['1-0', 'drain'],
    ['2-1', 'now'],
    ['1-2', 'drain']
  ])
})

test('closing in an unknown way, or with a body, closes nothing', async t => {
  const { ask, lab } = await labApp(t)
  lab.addConnections(1)
  assertProblem(await ask('DELETE', '/api/v1/connections/1-0?mode=soon&force=1'), 400, ['?force', '?mode'])
  assertProblem(await ask('DELETE', '/api/v1/connections/1-0', { body: { mode: 'now' } }), 400, [''])
  assert.deepEqual(lab.closed, [])
  assert.equal(lab.connections.size, 1)
})

const byId = (a: string, b: string): number => {
  const [workerA = 0, sequenceA = 0] = a.split('-').map(Number)
  const [workerB = 0, sequenceB = 0] = b.split('-').map(Number)
  return workerA - workerB || sequenceA - sequenceB
}

/** What a connection has to show for a field, as something that can be compared. */
function shown(connection: ConnectionInfo, key: ConnectionSortKey): number | string {
  if (key === 'id') return connection.worker * 1e6 + Number(connection.id.split('-')[1])
  return { ...connection, ...connection.peer, ...connection.rates }[key] ?? ''
}

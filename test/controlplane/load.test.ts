import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LoadFigures } from '../../src/contract/load-figures.ts'
import type { LoadRunReport } from '../../src/contract/load-run.ts'
import { assertProblem, labApp } from './lab-app.ts'

const url = '/api/v1/load'

const figures: LoadFigures = {
  seconds: 10,
  offered: 1010,
  sent: 1000,
  acked: 990,
  lost: 8,
  errors: { refused: 2 },
  ackedPerSecond: 99,
  latency: { p50Us: 1.5, p90Us: 2, p99Us: 3, p999Us: 4, maxUs: 5 },
  generator: { limited: false, why: null },
  openLoop: { unsent: 10, sendDelayP99Us: 12.3 }
}

test('an empty order is a closed loop with every default, begun at a place of its own', async t => {
  const { ask, loads } = await labApp(t)
  const received = await ask('POST', url, { body: {} })
  assert.equal(received.status, 202)
  assert.equal(received.headers.location, `${url}/load-1`)
  const [{ seed, ...request } = assert.fail()] = loads.requests
  assert.ok(Number.isInteger(seed))
  assert.deepEqual(request, {
    connections: 50,
    inFlight: 100,
    payloadBytes: 20,
    rate: null,
    arrival: 'constant',
    durationSeconds: 10,
    warmUpSeconds: 1,
    rampSeconds: 0,
    processes: 1
  })
  assert.deepEqual(received.json(), loads.find('load-1'))
})

test('everything that is ordered is passed on', async t => {
  const { ask, loads } = await labApp(t)
  const body = {
    connections: 3,
    inFlight: 7,
    payloadBytes: { min: 64, max: 4096 },
    rate: 1000,
    arrival: 'poisson',
    seed: 5,
    durationSeconds: 1.5,
    warmUpSeconds: 0,
    rampSeconds: 0.25,
    processes: 2
  }
  assert.equal((await ask('POST', url, { body })).status, 202)
  assert.deepEqual(loads.requests, [body])
})

test('a second run while one is under way is refused, and begins nothing', async t => {
  const { ask, loads } = await labApp(t)
  await ask('POST', url, { body: {} })
  const problem = assertProblem(await ask('POST', url, { body: {} }), 409)
  assert.match(problem.detail, /'load-1' is under way/)
  assert.equal(loads.requests.length, 1)
})

test('runs are listed and shown as they are, with live and final figures', async t => {
  const { ask, loads } = await labApp(t)
  await ask('POST', url, { body: {} })
  const progress = {
    phase: 'measuring' as const,
    elapsedSeconds: 2,
    totalSeconds: 11,
    connections: { open: 50, asked: 50 }
  }
  loads.change('load-1', { progress, lastSecond: figures, startedAt: '2026-01-02T03:04:05.678Z' })
  assert.deepEqual((await ask('GET', `${url}/load-1`)).json(), loads.find('load-1'))
  loads.change('load-1', {
    state: 'done',
    figures,
    finishedAt: '2026-01-02T03:04:15.678Z',
    problem: 'connection 3: it closed'
  })
  await ask('POST', url, { body: {} })
  const { total, items } = (await ask('GET', url)).json<{ total: number; items: LoadRunReport[] }>()
  assert.equal(total, 2)
  assert.deepEqual(items, loads.list())
})

test('a run is cancelled or deleted, and one that is not there is 404', async t => {
  const { ask, loads } = await labApp(t)
  await ask('POST', url, { body: {} })
  const received = await ask('DELETE', `${url}/load-1`)
  assert.equal(received.status, 204)
  assert.deepEqual(loads.removed, ['load-1'])
  for (const method of ['GET', 'DELETE'] as const) assertProblem(await ask(method, `${url}/load-1`), 404)
})

const badBodies: readonly [name: string, body: unknown, places: readonly string[]][] = [
  ['an unknown field', { duration: 5 }, ['/duration']],
  ['numbers out of bounds', { connections: 0, inFlight: 100_001, rate: 0.5 }, ['/connections', '/inFlight', '/rate']],
  ['numbers that are text', { connections: '5', durationSeconds: '10s' }, ['/connections', '/durationSeconds']],
  ['a duration that is too long', { durationSeconds: 3601 }, ['/durationSeconds']],
  ['an unknown arrival', { arrival: 'bursty' }, ['/arrival']],
  ['a payload that is too long', { payloadBytes: 1024 * 1024 + 1 }, ['/payloadBytes']],
  ['half a range', { payloadBytes: { min: 5 } }, ['/payloadBytes']],
  ['a range the wrong way round', { payloadBytes: { min: 5, max: 4 } }, ['/payloadBytes']],
  ['a seed that is negative', { seed: -1 }, ['/seed']],
  ['too many processes', { processes: 17 }, ['/processes']],
  ['a host, which is not to be chosen', { host: '10.0.0.1' }, ['/host']],
  ['a list', [], ['']],
  ['nothing', '', ['']]
]
for (const [name, body, places] of badBodies) {
  test(`an order with ${name} is refused with a pointer, and begins nothing`, async t => {
    const { ask, loads } = await labApp(t)
    const received = await ask('POST', url, { body, headers: { 'content-type': 'application/json' } })
    assertProblem(received, 400, places)
    assert.deepEqual(loads.requests, [])
  })
}

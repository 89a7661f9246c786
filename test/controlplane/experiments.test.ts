import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExperimentReport } from '../../src/contract/experiment.ts'
import { assertProblem, labApp } from './lab-app.ts'

const url = '/api/v1/experiments'
const arms = [
  { name: 'before', preset: 'baseline' },
  { name: 'after', switches: { bufferedReader: true } }
]

test('the short form is a whole experiment with every default, begun at a place of its own', async t => {
  const { ask, lab } = await labApp(t)
  const body = {
    arms,
    design: 'switchback',
    pairs: 20,
    blockSeconds: 3,
    washOutSeconds: 1,
    load: 'live',
    profile: true
  }
  const received = await ask('POST', url, { body })
  assert.equal(received.status, 202, received.text)
  assert.equal(received.headers.location, `${url}/experiment1`)
  const [request = assert.fail()] = lab.experiments.requests
  const { margins, ...others } = request
  assert.deepEqual(others, {
    ...body,
    seed: null,
    guards: { errorRate: 0.01, p99Factor: null, loopDelayMs: 1000, rssBytes: null },
    selfTest: true,
    label: null
  })
  assert.deepEqual(new Set(Object.values(margins)), new Set([2]))
  assert.equal(Object.keys(margins).length, 10)
})

test('arms alone are enough, and an empty load is all of its defaults', async t => {
  const { ask, lab } = await labApp(t)
  await ask('POST', url, { body: { arms, load: {}, margins: { p99: 10 }, guards: { errorRate: null } } })
  const [{ load, margins, guards, pairs } = assert.fail()] = lab.experiments.requests
  assert.ok(load !== 'live' && Number.isInteger(load.seed))
  assert.deepEqual(
    { ...load, seed: 0 },
    { connections: 50, inFlight: 100, payloadBytes: 20, rate: null, arrival: 'constant', seed: 0, processes: 1 }
  )
  assert.deepEqual([margins.p99, margins.p50, guards.errorRate, guards.loopDelayMs, pairs], [10, 2, null, 1000, 20])
})

test('experiments are listed without their blocks and shown with them; cancelled or deleted; one that is not there is 404', async t => {
  const { ask, lab } = await labApp(t)
  const report = (await ask('POST', url, { body: { arms } })).json<ExperimentReport>()
  assert.deepEqual((await ask('GET', `${url}/${report.id}`)).json(), await lab.experiments.find(report.id))
  const { total, items } = (await ask('GET', url)).json<{ total: number; items: object[] }>()
  assert.equal(total, 1)
  assert.deepEqual(items, await lab.experiments.list())
  assert.equal((await ask('DELETE', `${url}/${report.id}`)).status, 204)
  for (const method of ['GET', 'DELETE'] as const) assertProblem(await ask(method, `${url}/${report.id}`), 404)
})

test('there is one at a time, and one that drives load of its own shares the server with no load run', async t => {
  const { ask, lab, loads } = await labApp(t)
  await ask('POST', '/api/v1/load', { body: {} })
  assert.match(assertProblem(await ask('POST', url, { body: { arms, load: {} } }), 409).detail, /load run 'load-1'/)
  assert.equal((await ask('POST', url, { body: { arms } })).status, 202)
  assert.match(assertProblem(await ask('POST', url, { body: { arms } }), 409).detail, /'experiment1' is under way/)
  lab.experiments.reports.clear()
  loads.reports.clear()
  assert.equal((await ask('POST', url, { body: { arms, load: {} } })).status, 202)
  assertProblem(await ask('POST', '/api/v1/load', { body: {} }), 409)
  assert.equal(loads.requests.length, 1)
})

test('while somebody holds the switches nobody else changes them, and afterwards they are what they were', async t => {
  const { ask, lab } = await labApp(t)
  const hold = lab.control.hold({ by: 'experiment e1', reason: null }, 'experiment')
  const off = { bufferedReader: false, coalescedWriter: false, packetPool: false, ackPool: false, noDelay: true }
  await hold.use([{ switches: off, workers: [2] }], 60)
  assert.deepEqual(lab.enabled(2), ['noDelay'])
  for (const [method, path, body] of [
    ['PATCH', '/api/v1/optimizations', { packetPool: false }],
    ['DELETE', '/api/v1/optimizations/layers/1', undefined]
  ] as const) {
    assert.match(assertProblem(await ask(method, path, { body }), 409).detail, /experiment e1 has the switches/)
  }
  await hold.use([{ switches: off, workers: [1] }], 60)
  assert.deepEqual(lab.enabled(1), ['noDelay'])
  assert.equal(lab.enabled(2).length, 5)
  await hold.end('it is done')
  await hold.end('again')
  assert.equal(lab.enabled(1).length, 5)
  assert.deepEqual(lab.optimizations().layers, [])
  assert.equal((await ask('PATCH', '/api/v1/optimizations', { body: { packetPool: false } })).status, 200)
})

const [before, after] = arms
const many = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `${index}`, preset: 'pooled' }))
const badBodies: readonly [name: string, body: object, places: readonly string[]][] = [
  ['one arm', { arms: [before] }, ['/arms']],
  ['seven arms', { arms: many(7) }, ['/arms']],
  ['two arms of one name', { arms: [before, before] }, ['/arms/1/name']],
  ['an arm that says nothing', { arms: [before, { name: 'x' }] }, ['/arms/1']],
  ['an unknown switch', { arms: [before, { name: 'x', switches: { turbo: true } }] }, ['/arms/1/switches/turbo']],
  ['an unknown preset', { arms: [before, { name: 'x', preset: 'fast' }] }, ['/arms/1/preset']],
  ['too few pairs', { arms, pairs: 5 }, ['/pairs']],
  [
    'blocks too short and wash-outs too long',
    { arms, blockSeconds: 0, washOutSeconds: 61 },
    ['/blockSeconds', '/washOutSeconds']
  ],
  [
    'guards out of bounds',
    { arms, guards: { errorRate: 2, p99Factor: 0.5 } },
    ['/guards/errorRate', '/guards/p99Factor']
  ],
  ['an unknown guard', { arms, guards: { cpu: 1 } }, ['/guards/cpu']],
  ['a margin for an unknown metric', { arms, margins: { cpu: 1 } }, ['/margins/cpu']],
  ['a load that is none', { arms, load: 'own' }, ['/load']],
  ['an unknown field', { arms, rounds: 3 }, ['/rounds']],
  ['a design that there is not', { arms, design: 'latin' }, ['/design']],
  [
    'a design that the server is too small for',
    { arms: [before, after, { name: 'x', preset: 'pooled' }], design: 'split' },
    ['/design']
  ]
]
for (const [name, body, places] of badBodies) {
  test(`an experiment with ${name} is refused with a pointer, and begins nothing`, async t => {
    const { ask, lab } = await labApp(t)
    const problem = assertProblem(await ask('POST', url, { body }), 400, places)
    if (name === 'too few pairs') assert.match(problem.detail, /fewer pairs cannot reach significance/)
    assert.equal(lab.experiments.requests.length, 0)
  })
}

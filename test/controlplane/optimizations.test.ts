import assert from 'node:assert/strict'
import { test } from 'node:test'
import { optimizationNames, presets } from '../../src/contract/optimizations.ts'
import type { OptimizationsReport } from '../../src/contract/server-report.ts'
import { assertProblem, labApp } from './lab-app.ts'

const url = '/api/v1/optimizations'

test('all switches and presets are shown as the lab reports them', async t => {
  const { ask, lab } = await labApp(t)
  const received = await ask('GET', url)
  assert.equal(received.status, 200)
  assert.deepEqual(received.json(), lab.optimizations())
})

for (const name of optimizationNames) {
  test(`${name} is switched alone, on all workers, and the answer is the new report`, async t => {
    const { ask, lab } = await labApp(t)
    const received = await ask('PATCH', url, { body: { [name]: false } })
    assert.equal(received.status, 200)
    assert.deepEqual(received.json(), lab.optimizations())
    for (const worker of [1, 2]) {
      assert.deepEqual(
        lab.enabled(worker),
        optimizationNames.filter(other => other !== name)
      )
    }
  })
}

for (const { name, switches } of presets) {
  test(`the preset ${name} sets every switch`, async t => {
    const { ask, lab } = await labApp(t)
    assert.equal((await ask('PATCH', url, { body: { preset: name } })).status, 200)
    assert.deepEqual(lab.switches.get(1), switches)
    assert.deepEqual(lab.switches.get(2), switches)
  })
}

test('a change for one worker leaves the other as it was, and is reported as mixed', async t => {
  const { ask, lab } = await labApp(t)
  const report = (await ask('PATCH', url, { body: { packetPool: false, workers: [2] } })).json<OptimizationsReport>()
  assert.ok(lab.switches.get(1)?.packetPool)
  assert.ok(!lab.switches.get(2)?.packetPool)
  const packetPool = report.optimizations.find(({ name }) => name === 'packetPool')
  assert.equal(packetPool?.enabled, 'mixed')
  assert.deepEqual(packetPool?.workers, { 1: true, 2: false })
})

test('a switch named beside a preset wins over it, wherever it stands', async t => {
  const { ask, lab } = await labApp(t)
  await ask('PATCH', url, { body: { ackPool: true, preset: 'baseline', bufferedReader: true } })
  assert.deepEqual(lab.enabled(1), ['bufferedReader', 'ackPool', 'noDelay'])
})

test('every change raises the revision', async t => {
  const { ask, lab } = await labApp(t)
  const before = lab.optimizations().revision
  const { revision } = (await ask('PATCH', url, { body: { noDelay: true } })).json<OptimizationsReport>()
  assert.ok(revision > before)
})

const badBodies: readonly [name: string, body: unknown, places: readonly string[]][] = [
  ['an unknown field', { bufferedreader: true }, ['/bufferedreader']],
  ['an unknown field beside a good one', { bufferedReader: false, fast: true }, ['/fast']],
  ['a switch that is text', { bufferedReader: 'false' }, ['/bufferedReader']],
  ['a switch that is a number', { packetPool: 0 }, ['/packetPool']],
  ['a switch that is null', { packetPool: null }, ['/packetPool']],
  ['an unknown preset', { preset: 'fastest' }, ['/preset']],
  ['workers that are not a list', { noDelay: true, workers: 1 }, ['/workers']],
  ['no workers in the list', { noDelay: true, workers: [] }, ['/workers']],
  ['workers that are no ids', { noDelay: true, workers: [1, '2', 0, 1.5] }, ['/workers/1', '/workers/2', '/workers/3']],
  ['an unknown worker', { noDelay: false, workers: [1, 2, 7] }, ['/workers/2']],
  ['nothing to change', {}, ['']],
  ['workers but nothing to change', { workers: [1] }, ['']],
  [
    'many things wrong',
    { preset: 1, noDelay: 'x', workers: ['1'], 'a/b': 1, 'c~d': 2 },
    ['/a~1b', '/c~0d', '/noDelay', '/preset', '/workers/0']
  ],
  ['a list', [{ noDelay: true }], ['']],
  ['a bare value', 'true', ['']],
  ['null', 'null', ['']],
  ['no body at all', '', ['']],
  ['half an object', '{"noDelay": fal', ['']],
  ['a field that would change a prototype', '{"__proto__": {"noDelay": false}, "noDelay": false}', ['']]
]
for (const [name, body, places] of badBodies) {
  test(`a change with ${name} is refused with a pointer, and changes nothing`, async t => {
    const { ask, lab } = await labApp(t)
    const before = lab.optimizations()
    const received = await ask('PATCH', url, { body, headers: { 'content-type': 'application/json' } })
    assertProblem(received, 400, places)
    assert.deepEqual(lab.optimizations(), before)
  })
}

test('a problem with many bad fields names all of them, and a few in words', async t => {
  const { ask } = await labApp(t)
  const fields = Array.from({ length: 40 }, (_, index) => `field${index}`)
  const body = Object.fromEntries(fields.map(field => [field, 1]))
  const problem = assertProblem(
    await ask('PATCH', url, { body }),
    400,
    fields.map(field => `/${field}`)
  )
  assert.match(problem.detail, /^\/field0: unknown field; .*; and 37 more$/)
})

import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { presetSwitches } from '../../src/contract/optimizations.ts'
import { SwitchLoans } from '../../src/workers/experiments/switch-loans.ts'
import { SwitchControl } from '../../src/workers/switch-control.ts'
import { SwitchLayers } from '../../src/workers/switch-layers.ts'
import { temporaryFolder } from '../integration/support/checkout.ts'

function loansIn(folder: string) {
  const layers = new SwitchLayers([1, 2], presetSwitches('pooled'))
  const told: string[] = []
  const control = new SwitchControl({
    layers,
    clockMs: () => 0,
    now: () => new Date(),
    apply: async () => {},
    onStep: (_step, cause, { by, reason }) => told.push(`${cause} ${by} ${reason}`)
  })
  return { layers, told, loans: new SwitchLoans(control, layers, folder) }
}

const borrower = { by: 'exploration-1', reason: null }
const baseline = [{ switches: presetSwitches('baseline'), workers: [1, 2] }]

test('a loan that ends gives the switches back and leaves nothing behind; then another may have them', async t => {
  const folder = temporaryFolder(t)
  const { layers, loans, told } = loansIn(folder)
  const loan = loans.lend(borrower, 'explore')
  await loan.written
  assert.throws(() => loans.lend(borrower, 'experiment'), /exploration-1 has the switches/)
  await loan.use(baseline, 60)
  assert.deepEqual(layers.of(2), presetSwitches('baseline'))
  await loan.end('it is done')
  assert.deepEqual(layers.of(2), presetSwitches('pooled'))
  assert.deepEqual(told, ['explore exploration-1 null', 'unexplore exploration-1 it is done'])
  assert.deepEqual(await readdir(join(folder, 'switches-before')), [])
  await loans.lend({ by: 'experiment e', reason: null }, 'experiment').end(null)
})

test('a loan that is recalled says why, and its borrower changes nothing any more', async t => {
  const { layers, loans } = loansIn(temporaryFolder(t))
  const loan = loans.lend(borrower, 'explore')
  await loan.written
  await loan.use(baseline, 60)
  await loans.recall('the server is draining')
  assert.equal((loan.recalled.reason as Error).message, 'the server is draining')
  await loan.use(baseline, 60)
  assert.deepEqual(layers.of(1), presetSwitches('pooled'))
})

test('what a process that is no more had lent is told until it is forgotten; what a living one has lent is its own affair', async t => {
  const folder = temporaryFolder(t)
  const { loans } = loansIn(folder)
  await loans.lend(borrower, 'explore').written
  assert.equal(await loansIn(folder).loans.left(), null, 'this process is alive')
  const [name = assert.fail()] = (await readdir(join(folder, 'switches-before'))).filter(file => file.endsWith('.json'))
  const file = join(folder, 'switches-before', name)
  const record = JSON.parse(await readFile(file, 'utf8'))
  await writeFile(file, JSON.stringify({ ...record, owner: { ...record.owner, started: '1' } }))
  const { loans: next } = loansIn(folder)
  const left = await next.left()
  assert.equal(left?.borrower, 'exploration-1')
  assert.deepEqual(left?.before.base, { 1: presetSwitches('pooled'), 2: presetSwitches('pooled') })
  assert.deepEqual(await loansIn(folder).loans.left(), left, 'as whoever was told may not live to serve')
  await next.forgetLeft()
  assert.equal(await next.left(), null)
  assert.equal(await loansIn(folder).loans.left(), null)
})

test('what cannot be written down is not to be changed, and can be given back all the same', async t => {
  const folder = temporaryFolder(t)
  await writeFile(join(folder, 'switches-before'), 'no folder')
  const { loans } = loansIn(folder)
  const loan = loans.lend(borrower, 'explore')
  await assert.rejects(loan.written, /cannot be written down.*--data-dir must name a folder/)
  await loan.end(null)
  await loans.lend(borrower, 'explore').end(null)
})

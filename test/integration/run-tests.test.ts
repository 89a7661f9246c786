import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from './support/checkout.ts'
import { root } from './support/processes.ts'

/** Runs these files, given by name and text, as the suite would. */
function runTests(t: TestContext, files: Readonly<Record<string, string>>) {
  const folder = join(temporaryFolder(t), 'tests')
  mkdirSync(folder)
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), `import { test } from 'node:test'\nimport fs from 'node:fs'\n${text}\n`)
  }
  // A runner within a test would take itself for a part of that test.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  return spawnSync(process.execPath, ['--import', 'tsx', 'test/config/run-tests.ts', folder], {
    cwd: root,
    encoding: 'utf8',
    env: { ...env, FRAMELAB_TEST_CONCURRENCY: '2', FRAMELAB_TEST_MARK: join(folder, 'mark') }
  })
}

const passing = "test('it holds', () => {})"
const failing = "test('it never holds', () => { throw new Error('no') })"
const disturbed = `test('it holds when alone', () => {
  if (fs.existsSync(process.env.FRAMELAB_TEST_MARK)) return
  fs.writeFileSync(process.env.FRAMELAB_TEST_MARK, '')
  throw new Error('disturbed')
})`

test('what fails beside other files and passes alone is no failure, and is named', t => {
  const { status, stdout } = runTests(t, { 'a.test.ts': passing, 'b.test.ts': disturbed })
  assert.match(stdout, /UNSTEADY: failed beside other files, and passed alone: it holds when alone \(.*b\.test\.ts\)/)
  assert.match(stdout, /\n2 passed, 0 failed\n$/)
  assert.equal(status, 0)
})

test('what fails alone too fails the run', t => {
  const { status, stdout } = runTests(t, { 'a.test.ts': failing, 'b.test.ts': `${passing}\n${disturbed}` })
  assert.match(stdout, /\n2 passed, 1 failed\n$/)
  assert.equal(status, 1)
})

test('a file that cannot be read as a program fails the run', t => {
  const { status, stdout } = runTests(t, { 'a.test.ts': passing, 'b.test.ts': "throw new Error('no test here')" })
  assert.match(stdout, /\n1 passed, 1 failed\n$/)
  assert.equal(status, 1)
})

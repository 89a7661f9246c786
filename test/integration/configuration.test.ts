import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { environmentName, flagName, type Options, optionNames, optionsSchema } from '../../src/contract/options.ts'
import { runFramelab } from './support/processes.ts'

const limits = { timeout: 60_000 }

/** The options in force, as `--print-config` says. */
async function printed(t: TestContext, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Options> {
  const { code, stdout, stderr } = await runFramelab(t, ['serve', '--print-config', ...args], { env })
  assert.equal(code, 0, stderr)
  assert.equal(stderr, '')
  return JSON.parse(stdout)
}

function fileWith(t: TestContext, options: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'framelab-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'lab.json')
  writeFileSync(file, JSON.stringify(options))
  return file
}

test('--print-config prints every option, with the defaults of the schema, and starts nothing', limits, async t => {
  const options = await printed(t, [])
  assert.deepEqual(options, optionsSchema.parse({}))
  assert.deepEqual(Object.keys(options), optionNames)
})

test('a flag comes before the environment, that before the file, that before the default', limits, async t => {
  const file = fileWith(t, { framePort: 1001, httpPort: 1002, idleTimeoutMs: 1003 })
  const env = { FRAMELAB_FRAME_PORT: '2001', FRAMELAB_HTTP_PORT: '2002' }
  const { framePort, httpPort, idleTimeoutMs, frameTimeoutMs } = await printed(
    t,
    ['--config', file, '--frame-port', '3001'],
    env
  )
  assert.deepEqual(
    { framePort, httpPort, idleTimeoutMs, frameTimeoutMs },
    { framePort: 3001, httpPort: 2002, idleTimeoutMs: 1003, frameTimeoutMs: optionsSchema.parse({}).frameTimeoutMs }
  )
})

test('the file can be named by the environment, and a flag names another', limits, async t => {
  const first = fileWith(t, { preset: 'baseline' })
  const second = fileWith(t, { preset: 'buffered' })
  const env = { FRAMELAB_CONFIG: first }
  assert.equal((await printed(t, [], env)).preset, 'baseline')
  assert.equal((await printed(t, ['--config', second], env)).preset, 'buffered')
})

test('what it prints can be given back as a file', limits, async t => {
  const options = await printed(t, ['--workers', '3', '--pool-guard', '--preset', 'buffered'])
  assert.equal(options.workers, 3)
  assert.equal(options.poolGuard, true)
  assert.deepEqual(await printed(t, ['--config', fileWith(t, options)]), options)
})

test('every option can be set by flag and by environment under one name', limits, async t => {
  const other: Readonly<Record<string, (initial: unknown) => unknown>> = {
    number: initial => Number(initial) + 1,
    boolean: () => true
  }
  const words: Partial<Record<string, string>> = {
    preset: 'baseline',
    wire: 'documented',
    logLevel: 'error',
    logFormat: 'json',
    token: 'auto',
    otlpTracesUrl: 'http://127.0.0.1:4318/v1/traces'
  }
  const lists: Partial<Record<string, string[]>> = { allowedHosts: ['framelab', 'lab.example'] }
  const changed = Object.fromEntries(
    Object.entries(optionsSchema.parse({})).map(([name, initial]) => [
      name,
      Array.isArray(initial)
        ? (lists[name] ?? ['10.0.0.0/8', 'fd00::/8'])
        : (words[name] ?? other[typeof initial]?.(initial) ?? `${initial}x`)
    ])
  ) as unknown as Options
  const flags = optionNames.map(name => `--${flagName(name)}${changed[name] === true ? '' : `=${changed[name]}`}`)
  assert.deepEqual(await printed(t, flags), changed)
  const env = Object.fromEntries(optionNames.map(name => [environmentName(name), `${changed[name]}`]))
  assert.deepEqual(await printed(t, [], env), changed)
})

test('--version prints the version of the package', limits, async t => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const { code, stdout } = await runFramelab(t, ['--version'])
  assert.deepEqual({ code, stdout }, { code: 0, stdout: `${version}\n` })
})

test('--help of framelab names every command', limits, async t => {
  const { code, stdout } = await runFramelab(t, ['--help'])
  assert.equal(code, 0)
  for (const command of ['serve', 'load', 'demo']) assert.match(stdout, new RegExp(`^ +${command} `, 'm'))
})

for (const command of ['serve', 'load', 'demo']) {
  test(`framelab ${command} --help has examples`, limits, async t => {
    const { code, stdout, stderr } = await runFramelab(t, [command, '--help'])
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    const [, examples = ''] = stdout.split('Examples:\n')
    assert.ok(examples.split('\n').filter(line => line.includes(`framelab ${command}`)).length >= 3)
  })
}

test('the help of serve names every option with its variable and its default', limits, async t => {
  const { stdout } = await runFramelab(t, ['serve', '--help'])
  // Wrapped lines are joined again.
  const text = stdout.replace(/\s+/g, ' ')
  for (const [name, initial] of Object.entries(optionsSchema.parse({}))) {
    const option = name as keyof Options
    const shown = Array.isArray(initial) ? 'none' : initial
    assert.match(text, new RegExp(`--${flagName(option)} .*?\\(${environmentName(option)}; default: ${shown}\\)`))
  }
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { eventually } from './support/eventually.ts'
import { type SpawnOptions, startFramelab } from './support/processes.ts'
import { takenPort } from './support/taken-port.ts'

const limits = { timeout: 60_000 }

/** One clear sentence on stderr that says all of this, exit 2, no stack trace, and nothing left running. */
async function assertRefused(
  t: TestContext,
  args: readonly string[],
  parts: readonly RegExp[],
  options: SpawnOptions = {}
): Promise<void> {
  const program = startFramelab(t, args, options)
  const { code, stdout, stderr } = await program.ended
  assert.equal(code, 2, `exit code of ${args.join(' ')}: ${stderr}`)
  assert.equal(stdout, '')
  // Of a misspelt flag the right one stands on a line of its own.
  const said = stderr.split('\n').filter(line => line !== '')
  assert.ok(said.length >= 1 && said.length <= 2, `one sentence: ${stderr}`)
  for (const part of parts) assert.match(said.join('\n'), part)
  assert.doesNotMatch(stderr, /\n\s+at |node:internal|Error:.*\n.*at /, 'no stack trace')
  await eventually('the end of all that it started', () => !program.groupAlive, 5000)
}

/** A file that is gone after the test. */
function fileWith(t: TestContext, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'framelab-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'lab.json')
  writeFileSync(file, content)
  return file
}

const freePorts = ['--frame-port', '0', '--http-port', '0']

const wrongWords: Readonly<Record<string, readonly [readonly string[], RegExp]>> = {
  'an unknown command': [['sevre'], /unknown command 'sevre'/],
  'an unknown flag of framelab': [['--nope'], /unknown option '--nope'/],
  'an unknown flag of serve': [['serve', '--nope'], /unknown option '--nope'/],
  'an unknown flag of load': [['load', '--nope'], /unknown option '--nope'/],
  'an unknown flag of demo': [['demo', '--nope'], /unknown option '--nope'/],
  'a report of compare that could not be kept, before it measures': [
    ['compare', 'baseline', 'pooled', '--report', '/nowhere/at/all.html'],
    /--report: \/nowhere\/at\/all\.html cannot be written: ENOENT/
  ],
  'a report of explore that could not be kept, before it measures': [
    ['explore', 'packetPool', 'ackPool', '--report', '/nowhere/at/all.html'],
    /--report: \/nowhere\/at\/all\.html cannot be written: ENOENT/
  ],
  'a misspelt flag, with the right one': [
    ['serve', '--frame-prot', '1'],
    /unknown option '--frame-prot'[\s\S]*--frame-port/
  ],
  'a flag without its value': [['serve', '--frame-port'], /--frame-port <number>' argument missing/],
  'an argument that belongs to nothing': [['serve', 'twice'], /too many arguments/]
}

for (const [what, [args, message]] of Object.entries(wrongWords)) {
  test(`${what} is refused`, limits, t => assertRefused(t, args, [message]))
}

const wrongValues: readonly (readonly [flag: string, value: string, rule: RegExp])[] = [
  ['--frame-port', 'many', /expected number/],
  ['--frame-port', '65536', /65535/],
  ['--frame-port', '-1', /0/],
  ['--frame-port', '1.5', /int/],
  ['--http-port', '0x50', /expected number/],
  ['--workers', '0', /1/],
  ['--workers', '1e9', /expected number/],
  ['--preset', 'fastest', /"baseline"\|"buffered"\|"pooled"/],
  ['--wire', 'compield', /"compiled"\|"documented"/],
  ['--max-frame-bytes', '5', /13/],
  ['--log-level', 'loud', /"info"/],
  ['--frame-host', '', /1 character/]
]

for (const [flag, value, rule] of wrongValues) {
  test(`${flag} cannot be '${value}', and the message says what it can be`, limits, t =>
    assertRefused(t, ['serve', `${flag}=${value}`], [new RegExp(`${flag} cannot be "?${value}"?:`), rule])
  )
}

test('all wrong values are told at once, each with where it came from', limits, async t => {
  const file = fileWith(t, '{ "preset": 7 }')
  const env = { FRAMELAB_WORKERS: 'all' }
  const parts = [/--frame-port cannot be "x"/, /FRAMELAB_WORKERS cannot be "all"/, /lab\.json: preset cannot be 7/]
  await assertRefused(t, ['serve', '--frame-port=x', '--config', file], parts, { env })
})

for (const [name, value] of Object.entries({
  FRAMELAB_FRAME_PORT: 'http',
  FRAMELAB_POOL_GUARD: 'maybe',
  FRAMELAB_PRESET: 'naive',
  FRAMELAB_IDLE_TIMEOUT_MS: '5s',
  FRAMELAB_MAX_CONNECTIONS: ''
})) {
  test(`the environment variable ${name} cannot be '${value}'`, limits, t =>
    assertRefused(t, ['serve'], [new RegExp(`${name} cannot be "${value}":`)], { env: { [name]: value } })
  )
}

test('a configuration file that cannot be read is named, with the reason', limits, async t => {
  await assertRefused(t, ['serve', '--config', 'no/such/file.json'], [/no\/such\/file\.json: ENOENT/])
  await assertRefused(t, ['serve', '--config', tmpdir()], [/EISDIR/])
  await assertRefused(t, ['serve'], [/no-such\.json: ENOENT/], { env: { FRAMELAB_CONFIG: 'no-such.json' } })
})

const wrongFiles: Readonly<Record<string, readonly [content: string, message: RegExp]>> = {
  'is not JSON': ['{ framePort: 1 }', /is not JSON/],
  'is empty': ['', /is not JSON/],
  'holds no object': ['[1]', /must hold one JSON object/],
  'names an unknown option': ['{ "framePort": 1, "frameProt": 2 }', /no such option: frameProt/],
  'gives a number as text': ['{ "framePort": "9000" }', /framePort cannot be "9000"/],
  'names an option twice': ['{ "framePort": 1, "framePort": 2 }', /names framePort twice/],
  'reaches for a prototype': ['{ "__proto__": { "framePort": 1 } }', /no such option: __proto__/],
  'gives a number that is too large': ['{ "framePort": 1e400 }', /framePort cannot be Infinity/],
  'gives null': ['{ "preset": null }', /preset cannot be null/]
}

for (const [fault, [content, message]] of Object.entries(wrongFiles)) {
  test(`a configuration file that ${fault} is refused, with its name`, limits, t =>
    assertRefused(t, ['serve', '--config', fileWith(t, content)], [message, /lab\.json/])
  )
}

test('a frame port that is taken is told, with what to do', limits, async t => {
  const port = await takenPort(t)
  const args = ['serve', ...freePorts, '--frame-port', `${port}`, '--workers', '2']
  await assertRefused(t, args, [new RegExp(`127\\.0\\.0\\.1:${port}`), /port is taken/, /--frame-port/])
})

test('a control port that is taken is told, with what to do', limits, async t => {
  const port = await takenPort(t)
  const args = ['serve', ...freePorts, '--http-port', `${port}`, '--workers', '2']
  await assertRefused(t, args, [new RegExp(`127\\.0\\.0\\.1:${port}`), /port is taken/, /--http-port/])
})

test('the same port for frames and control is told too', limits, async t => {
  const probe = createServer()
  probe.listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  const args = ['serve', '--frame-port', `${port}`, '--http-port', `${port}`]
  await assertRefused(t, args, [new RegExp(`:${port}`), /port/])
})

for (const flag of ['--frame-host', '--http-host']) {
  test(`a ${flag} that this machine does not have is told`, limits, async t => {
    // Beyond loopback the control plane wants a token first.
    const env = { FRAMELAB_TOKEN: 'a-secret-of-this-test-and-of-nothing-else' }
    // An address for documentation, and a name that never resolves.
    const address = ['serve', ...freePorts, flag, '192.0.2.1']
    await assertRefused(t, address, [/192\.0\.2\.1/, /no such address/], { env })
    const name = ['serve', ...freePorts, flag, 'nowhere.invalid']
    await assertRefused(t, name, [/nowhere\.invalid/, new RegExp(flag)], { env })
    // Without the interface that it is an address of; and what cannot be the name of any host.
    for (const host of ['fe80::1', 'x'.repeat(300)]) {
      await assertRefused(t, ['serve', ...freePorts, flag, host], [/nobody can listen there/, new RegExp(flag)], {
        env
      })
    }
  })
}

test('framelab without a command shows its help on stderr, and is no success', limits, async t => {
  const { code, stdout, stderr } = await startFramelab(t, []).ended
  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.match(stderr, /Usage: framelab/)
})

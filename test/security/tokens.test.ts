import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { newSecret } from '../../src/controlplane/access/secret.ts'
import { eventually } from '../integration/support/eventually.ts'
import { type Ended, runFramelab } from '../integration/support/processes.ts'
import { type ServerProcess, startServer } from '../integration/support/server.ts'

const limits = { timeout: 90_000 }

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'framelab-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function statusOf(server: ServerProcess, secret: string, path = '/api/v1/server'): Promise<number> {
  const response = await fetch(server.url + path, { headers: { authorization: `Bearer ${secret}` } })
  await response.arrayBuffer()
  return response.status
}

const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8)
const printedToken = ({ program }: ServerProcess): string => /^ {2}(framelab_\S+)$/m.exec(program.stdout)?.[1] ?? ''

test(
  '--token auto prints the token of the operator once, keeps its hash, and leaves one that can only read',
  limits,
  async t => {
    const folder = temporaryFolder(t)
    const flags = ['--workers', '1', '--token', 'auto', '--data-dir', join(folder, 'data'), '--log-level', 'trace']
    const shared = ['--read-token-file', join(folder, 'shared', 'prometheus')]
    const server = await startServer(t, [...flags, ...shared, '--http-host', '0.0.0.0'])
    const operator = printedToken(server)
    const reader = readFileSync(join(folder, 'shared', 'prometheus'), 'utf8')
    const kept = readFileSync(join(folder, 'data', 'tokens.json'), 'utf8')
    assert.equal(modeOf(join(folder, 'data', 'tokens.json')), '600')
    assert.equal(modeOf(join(folder, 'shared', 'prometheus')), '640')
    for (const secret of [operator, reader]) assert.ok(secret.length > 40 && !kept.includes(secret))

    assert.equal(await statusOf(server, operator), 200)
    assert.equal(await statusOf(server, reader, '/metrics'), 200)
    assert.equal(await statusOf(server, newSecret(), '/metrics'), 401)
    assert.equal(await statusOf(server, reader, '/api/v1/profiles'), 403)
    server.program.signal('SIGTERM')
    const { code, stderr } = await server.program.ended
    assert.equal(code, 0)
    for (const secret of [operator, reader]) assert.ok(!stderr.includes(secret), 'no secret in the log')

    const again = await startServer(t, [...flags, ...shared])
    assert.equal(printedToken(again), '')
    assert.equal(await statusOf(again, operator), 200)
    assert.equal(readFileSync(join(folder, 'shared', 'prometheus'), 'utf8'), reader)
  }
)

test(
  'a token of the environment lets ctl in, and reaches neither options nor logs nor other processes',
  limits,
  async t => {
    const secret = newSecret()
    const env = { FRAMELAB_TOKEN: secret }
    const server = await startServer(t, ['--workers', '1', '--log-level', 'trace'], { env })
    const ctl = (more: NodeJS.ProcessEnv, ...args: string[]): Promise<Ended> =>
      runFramelab(t, ['ctl', ...args], { env: { FRAMELAB_URL: server.url, ...more } })
    assert.equal((await ctl(env, 'server')).code, 0)
    const refused = await ctl({}, 'server')
    assert.deepEqual([refused.code, refused.stderr], [1, 'framelab ctl: a token is needed: Authorization: Bearer …\n'])
    const file = join(temporaryFolder(t), 'token')
    writeFileSync(file, `${secret}\n`)
    assert.equal((await ctl({ FRAMELAB_TOKEN_FILE: file }, 'workers')).code, 0)
    const captured = await runFramelab(t, ['profile', 'list', '--url', server.url, '--token-file', file])
    assert.equal(captured.code, 0, captured.stderr)

    const answer = await fetch(`${server.url}/api/v1/server`, { headers: { authorization: `Bearer ${secret}` } })
    const text = await answer.text()
    assert.ok(text.includes('"token":"environment"') && !text.includes(secret))
    const { workers } = JSON.parse(text) as { workers: { pid: number }[] }
    const environment = `/proc/${workers[0]?.pid}/environ`
    if (existsSync(environment)) assert.ok(!readFileSync(environment, 'utf8').includes(secret))
    assert.ok(!(server.program.stderr + server.program.stdout).includes(secret))
  }
)

test('tokens are made and removed while the server runs; a file that is spoilt changes nothing', limits, async t => {
  const file = join(temporaryFolder(t), 'tokens.json')
  const token = (...args: string[]): Promise<Ended> => runFramelab(t, ['token', ...args, '--tokens-file', file])
  const first = (await token('add', 'first', '--scope', 'read')).stdout.trim()
  const server = await startServer(t, ['--workers', '1', '--tokens-file', file])
  assert.equal(await statusOf(server, first), 200)

  const second = (await token('add', 'second', '--scope', 'read,operate', '--expires', '24h')).stdout.trim()
  await eventually('the second token', async () => (await statusOf(server, second)) === 200)
  assert.match((await token('list')).stdout, /^first +read .*\nsecond +read,operate /m)
  assert.equal((await token('remove', 'first')).code, 0)
  server.program.signal('SIGHUP')
  await eventually('the first one refused', async () => (await statusOf(server, first)) === 401)

  writeFileSync(file, '{"tokens": [{]}')
  server.program.signal('SIGHUP')
  await eventually('a complaint', () =>
    server.log.some(({ msg }) => /is not JSON; the tokens read before stay/.test(msg))
  )
  assert.equal(await statusOf(server, second), 200)
  assert.equal(await statusOf(server, first), 401)
})

const refusals: Readonly<Record<string, readonly [args: string[], env: NodeJS.ProcessEnv, said: RegExp]>> = {
  'listening beyond loopback without a token': [
    ['--http-host', '0.0.0.0'],
    {},
    /would listen on 0\.0\.0\.0, where others can reach it, and let everybody in; add --token auto/
  ],
  'a secret in the command line': [['--token', newSecret()], {}, /--token cannot be that: .*environment/],
  'a secret that could be guessed': [[], { FRAMELAB_TOKEN: 'hunter2' }, /it has fewer than 32 characters/],
  'a file of tokens that is not there': [['--tokens-file', '/nowhere/tokens.json'], {}, /there is no file \/nowhere/]
}

for (const [what, [args, env, said]] of Object.entries(refusals)) {
  test(`serve refuses ${what}, in one sentence that tells no secret`, limits, async t => {
    const ports = ['--frame-port', '0', '--http-port', '0', '--data-dir', temporaryFolder(t)]
    const { code, stderr, stdout } = await runFramelab(t, ['serve', ...ports, ...args], { env })
    assert.equal(code, 2)
    assert.match(stderr, said)
    assert.equal(stderr.trimEnd().split('\n').length, 1)
    assert.ok(!/framelab_|hunter2/.test(stdout + stderr))
  })
}

test('a file of tokens that anybody can write is refused', limits, async t => {
  const file = join(temporaryFolder(t), 'tokens.json')
  writeFileSync(file, '{"tokens":[]}')
  chmodSync(file, 0o666)
  const { code, stderr } = await runFramelab(t, ['serve', '--tokens-file', file])
  assert.equal(code, 2)
  assert.match(stderr, /can be written by everybody; run chmod o-w/)
})

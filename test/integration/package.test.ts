import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { freshCheckout, npm, temporaryFolder } from './support/checkout.ts'
import { FrameClient } from './support/frame-client.ts'
import { Program, root } from './support/processes.ts'
import { serverOf } from './support/server.ts'

interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string; readonly mode: number }[]
}

test('the package holds the build of its sources and no tests, and works without dev dependencies', {
  timeout: 600_000
}, async t => {
  const checkout = freshCheckout(t)
  // What a source that was deleted since has left behind.
  mkdirSync(join(checkout, 'dist/contract'), { recursive: true })
  writeFileSync(join(checkout, 'dist/contract/deleted.js'), '')
  const place = temporaryFolder(t)
  const { stdout } = await npm(t, checkout, 'pack', '--silent', '--json', '--pack-destination', place)
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as Packed[]
  assert.ok(packed)

  const paths = packed.files.map(({ path }) => path)
  for (const path of ['dist/cli/framelab.js', 'dist/workers/worker-entry.js', 'openapi/openapi.json', 'LICENSE']) {
    assert.ok(paths.includes(path), `${path} is in the package`)
  }
  assert.deepEqual(
    paths.filter(path => /(?:^|\/)(?:test|src)\/|\.test\.|^dist\/contract\/deleted/.test(path)),
    []
  )

  const tarball = join(place, packed.filename)
  await npm(t, place, 'exec', '--yes', '--package=publint@0.3.25', '--', 'publint', '--strict', tarball)
  const attw = ['--package=@arethetypeswrong/cli@0.18.5', '--', 'attw', '--profile=esm-only', '--no-emoji', tarball]
  await npm(t, place, 'exec', '--yes', ...attw)

  const user = join(place, 'user')
  mkdirSync(user)
  writeFileSync(join(user, 'package.json'), '{ "private": true }')
  const install = ['install', '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline']
  await npm(t, user, ...install, tarball)
  const installed = readdirSync(join(user, 'node_modules'))
  for (const name of ['typescript', 'tsx', '@biomejs', 'fast-check']) assert.ok(!installed.includes(name), name)

  const built = join(user, 'node_modules/framelab/dist')
  for (const map of paths.filter(path => path.endsWith('.map'))) {
    const { sources, sourcesContent } = JSON.parse(readFileSync(join(built, '..', map), 'utf8'))
    assert.equal(sourcesContent?.length, sources.length, `${map} holds its sources, which are not in the package`)
  }
  await useTypes(t, user)
  await runInEmptyFolder(t, place, tarball)

  const command = join(user, 'node_modules/.bin/framelab')
  const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'))
  const said = await new Program(t, ['--version'], { command, cwd: user }).ended
  assert.deepEqual({ code: said.code, stdout: said.stdout }, { code: 0, stdout: `${version}\n` })

  const args = ['serve', '--frame-port', '0', '--http-port', '0', '--workers', '2']
  const server = await serverOf(new Program(t, args, { command, cwd: user }))
  const client = await FrameClient.connect(t, server.framePort)
  client.submit(100)
  await client.acked()
  for (const path of ['/documentation', '/documentation/json', '/metrics']) {
    assert.equal((await server.call('GET', path)).status, 200, path)
  }
  const load = ['load', `127.0.0.1:${server.framePort}`, '--duration', '500ms', '--warm-up', '100ms', '--json']
  const result = await new Program(t, load, { command, cwd: user }).ended
  assert.equal(result.code, 0, result.stderr)
  const { acked, lost } = JSON.parse(result.stdout)
  assert.ok(acked > 0)
  assert.equal(lost, 0)
  server.program.signal('SIGTERM')
  assert.equal((await server.program.ended).code, 0)
})

const consumer = `
import { createLabClient, dataOf } from 'framelab'
import document from 'framelab/openapi.json' with { type: 'json' }
const { totals } = await dataOf(createLabClient('http://127.0.0.1:8889').GET('/api/v1/server'))
export const frames: number = totals.framesReceived
// @ts-expect-error there is no such figure
export const none: number = totals.nothing
export const version: string = document.openapi
`

/** What a program that uses the client is told by the compiler. */
async function useTypes(t: TestContext, folder: string): Promise<void> {
  writeFileSync(join(folder, 'consumer.mts'), consumer)
  const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--resolveJsonModule']
  const args = [join(root, 'node_modules/typescript/bin/tsc'), ...flags, '--types', '', 'consumer.mts']
  const { code, stdout } = await new Program(t, args, { cwd: folder }).ended
  assert.equal(code, 0, stdout)
}

/** As somebody does it who has nothing but the package: `npx` of it, and the shortest demo. */
async function runInEmptyFolder(t: TestContext, place: string, tarball: string): Promise<void> {
  const empty = join(place, 'empty')
  mkdirSync(empty)
  const demo = ['framelab', 'demo', '--rounds', '6', '--block', '200ms', '--json']
  const { stdout } = await npm(t, empty, 'exec', '--yes', '--prefer-offline', `--package=${tarball}`, '--', ...demo)
  assert.ok(JSON.parse(stdout).stages.length >= 3)
}

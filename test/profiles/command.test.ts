import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { ProfileReport } from '../../src/contract/profile.ts'
import { readCpuProfile } from '../../src/profiling/read-cpu-profile.ts'
import { eventually } from '../support/lab-process.ts'
import { startServer } from './running-server.ts'
import { submitWithoutEnd } from './submits.ts'

const main = fileURLToPath(new URL('../../src/cli/framelab.ts', import.meta.url))

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function spawnProfile(t: TestContext, args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, ['--import', 'tsx', main, 'profile', ...args])
  t.after(() => child.kill('SIGKILL'))
  let out = ''
  let err = ''
  child.stdout.on('data', chunk => {
    out += chunk
  })
  child.stderr.on('data', chunk => {
    err += chunk
  })
  return { child, ended: new Promise(resolve => child.on('close', code => resolve({ code, out, err }))) }
}

test('profile captures, lists, downloads and compares', async t => {
  const server = await startServer(t, 1)
  submitWithoutEnd(t, server.framePort)
  const run = async (...args: string[]): Promise<Ended> => {
    const ended = await spawnProfile(t, [...args, '--url', server.url]).ended
    assert.equal(ended.code, 0, ended.err)
    return ended
  }
  const captured = await run('capture', '--seconds', '0.5', '--label', 'before', '--workers', '1', '--json')
  const report = JSON.parse(captured.out) as ProfileReport
  assert.deepEqual([report.state, report.label, report.workers], ['done', 'before', [1]])
  assert.match(captured.err, /^capturing: cpu, 0\.5 s, worker 1\n/)

  const words = (await run('capture', '--seconds', '0.5', '--label', 'after')).out
  assert.match(words, /cpu 'after', worker 1\n.*frames in 0\.\d s.*\n {2}sampled .* s of CPU, .* ns a frame/)
  const list = (await run('list')).out.split('\n')
  assert.match(list[0] ?? '', /^id .*label$/)
  assert.match(list[1] ?? '', /after$/)
  assert.match(list[2] ?? '', /before$/)

  // One label may stand for a profile of each kind; two of one kind compare.
  await run('capture', '--kind', 'allocation', '--seconds', '0.5', '--label', 'after')
  const { out: table } = await run('diff', 'before', 'after')
  assert.match(
    table,
    /^before → after: .* \(ns\/frame\)\nbefore: .* frames in 0\.\d s; .* a frame; .*profiling itself: /
  )
  assert.match(table, /^\S.* +\S+ +[\d.,]+ +[\d.,]+ +[-+]?[\d.,]+ +±[\d.,]+ +[\d.,]+ → [\d.,]+( +(new|vanished))?$/m)
  const file = join(server.dataDir, 'before.cpuprofile')
  await run('download', 'before', '--format', 'cpuprofile', '-o', file)
  assert.ok(readCpuProfile(JSON.parse(await readFile(file, 'utf8'))).total > 0)
  await run('delete', report.id)
  assert.doesNotMatch((await run('list')).out, /before/)
})

test('Ctrl-C cancels the capture on the server', async t => {
  const server = await startServer(t, 1)
  const { child, ended } = spawnProfile(t, ['capture', '--seconds', '60', '--url', server.url])
  await new Promise(resolve => child.stderr?.once('data', resolve))
  child.kill('SIGINT')
  const { code, err } = await ended
  assert.equal(code, 130)
  assert.match(err, /Cancelled, on the server too\./)
  const { items } = (await (await fetch(`${server.url}/api/v1/profiles`)).json()) as { items: ProfileReport[] }
  assert.deepEqual(
    items.map(({ state }) => state),
    ['cancelled']
  )
})

test('a command that is killed outright leaves nobody who asks, and the server cancels its capture', async t => {
  const server = await startServer(t, 1)
  const { child, ended } = spawnProfile(t, ['capture', '--seconds', '100', '--url', server.url])
  await new Promise(resolve => child.stderr?.once('data', resolve))
  child.kill('SIGKILL')
  await ended
  await eventually('it is cancelled', async () => {
    const { items } = (await (await fetch(`${server.url}/api/v1/profiles`)).json()) as { items: ProfileReport[] }
    return items[0]?.state === 'cancelled'
  })
})

test('what cannot be done is told in one sentence', async t => {
  const nobody = ['--url', 'http://127.0.0.1:1']
  const refused = await spawnProfile(t, ['list', ...nobody]).ended
  assert.equal(refused.code, 1)
  assert.match(refused.err, /^framelab profile: nothing answers at http:\/\/127\.0\.0\.1:1: .*--url.\n$/)
  for (const args of [
    ['capture', '--seconds', '0'],
    ['capture', '--kind', 'wall'],
    ['capture', '--workers', '1;2'],
    ['diff', 'a'],
    ['nothing']
  ]) {
    assert.equal((await spawnProfile(t, args).ended).code, 2, args.join(' '))
  }
})

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import test from 'node:test'
import { promisify } from 'node:util'
import type { OptimizationsReport } from '../../src/contract/server-report.ts'
import { temporaryFolder } from '../integration/support/checkout.ts'
import { eventually } from '../integration/support/eventually.ts'
import { withoutBrowser } from '../support/browser.ts'
import { startLoad, type Visit, visit } from './page.ts'

const shell = promisify(execFile)
const options = { skip: withoutBrowser, timeout: 300_000 }

interface Commands {
  /** What the button beside this action gives to the clipboard. */
  copy(action: string): Promise<string>
  /** The same, run by a shell; its output. */
  run(action: string, environment?: NodeJS.ProcessEnv): Promise<string>
}

async function commandsOf({ page }: Visit, cwd: string): Promise<Commands> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const copy = async (action: string): Promise<string> => {
    await page
      .getByRole('button', { name: `Copy as curl: ${action}`, exact: true })
      .first()
      .click()
    return (await page.evaluate('navigator.clipboard.readText()')) as string
  }
  return {
    copy,
    async run(action, environment = {}) {
      const command = (await copy(action)).replaceAll('curl ', 'curl --silent --show-error --fail-with-body ')
      const { stdout } = await shell('sh', ['-c', command], { cwd, env: { ...process.env, ...environment } })
      return stdout
    }
  }
}

const enabled = async ({ server }: Visit): Promise<Readonly<Record<string, boolean | 'mixed'>>> => {
  const { optimizations } = await server.ask<OptimizationsReport>('GET', '/api/v1/optimizations')
  return Object.fromEntries(optimizations.map(one => [one.name, one.enabled]))
}

test('what the switches copy as curl does in a shell what they do on the page', options, async t => {
  const visited = await visit(t)
  const { run, copy } = await commandsOf(visited, temporaryFolder(t))
  await run('turn bufferedReader off')
  assert.equal((await enabled(visited)).bufferedReader, false)
  await run('turn coalescedWriter off on worker 2')
  assert.equal((await enabled(visited)).coalescedWriter, 'mixed')
  await run('baseline: preset')
  assert.deepEqual(Object.values(await enabled(visited)).filter(Boolean).length, 1)

  // What the preset did concerns one worker here and both there, and is undone all the same.
  const undo = await copy('undo the change of coalescedWriter, packetPool, ackPool')
  assert.equal(undo.split(' &&').length, 2)
  await run('undo the change of coalescedWriter, packetPool, ackPool')
  assert.deepEqual(await enabled(visited), {
    bufferedReader: false,
    coalescedWriter: 'mixed',
    packetPool: true,
    ackPool: true,
    noDelay: true
  })
})

test('what load, connections and profiles copy as curl does in a shell what it does on the page', options, async t => {
  const folder = temporaryFolder(t)
  const visited = await visit(t, '#/load')
  const { page, server } = visited
  const { run } = await commandsOf(visited, folder)
  const open = async (): Promise<number> => (await server.report()).totals.connectionsOpen
  await run('Start load')
  await eventually('50 connections', async () => (await open()) === 50)
  await run('stop the load')
  await eventually('none', async () => (await open()) === 0)

  await startLoad(server)
  await page.goto(`${server.url}/#/connections`)
  await eventually('ten connections', async () => (await open()) === 10)
  assert.equal(JSON.parse(await run('count what would be closed')).matched, 10)
  const close = page.getByRole('button', { name: /^close connection / }).first()
  const action = (await close.getAttribute('aria-label')) as string
  await run(action)
  await eventually('one fewer', async () => (await open()) === 9)
  await page.getByRole('button', { name: 'Close all of these…' }).click()
  await run('Close 9 connections')
  await eventually('no connection', async () => (await open()) === 0)

  await page.goto(`${server.url}/#/profiles`)
  await page.getByLabel('For, seconds').fill('0.5')
  await page.getByLabel('Name').fill('it’s')
  await run('Capture')
  for (const format of ['cpuprofile', 'pprof', 'collapsed']) await run(`download it’s as ${format}`)
  assert.deepEqual(
    readdirSync(folder)
      .map(name => name.replace(/.*?\./, '.'))
      .sort(),
    ['.cpuprofile', '.pb.gz', '.txt']
  )
  await run('delete it’s')
  assert.equal((await server.ask<{ total: number }>('GET', '/api/v1/profiles')).total, 0)
})

test('an experiment can be started, stopped and reported from what the page copies', options, async t => {
  const folder = temporaryFolder(t)
  const visited = await visit(t, '#/experiments')
  const { page, server } = visited
  const { run } = await commandsOf(visited, folder)
  const { id } = JSON.parse(await run('Start the experiment')) as { id: string }
  await page.getByRole('button', { name: 'stop this experiment', exact: true }).waitFor()
  await run('stop this experiment')
  const state = async (): Promise<string> =>
    (await server.ask<{ state: string }>('GET', `/api/v1/experiments/${id}`)).state
  await eventually('it has been stopped', async () => (await state()) === 'cancelled')
  await run('download the report of this experiment')
  assert.deepEqual(readdirSync(folder), [`framelab-experiment-${id}.html`])
  await page.getByRole('button', { name: 'delete this experiment', exact: true }).waitFor()
  await run('delete this experiment')
  assert.equal((await server.ask<{ total: number }>('GET', '/api/v1/experiments')).total, 0)
})

test('a copied command takes the token from the shell, and does not hold it', options, async t => {
  const secret = 'a-secret-of-this-test-of-forty-characters'
  const visited = await visit(t, '', { env: { FRAMELAB_TOKEN: secret } })
  const { page } = visited
  await page.locator('dialog input[type=password]').fill(secret)
  await page.getByRole('button', { name: 'Use it' }).click()
  const { copy, run } = await commandsOf(visited, temporaryFolder(t))
  assert.doesNotMatch(await copy('turn bufferedReader off'), new RegExp(secret))
  await run('turn bufferedReader off', { FRAMELAB_TOKEN: secret })
  await page.locator('[role=switch][aria-label="bufferedReader"][aria-checked="false"]').waitFor()
})

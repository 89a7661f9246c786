import assert from 'node:assert/strict'
import test from 'node:test'
import type { AuditEntry } from '../../src/contract/audit.ts'
import { eventually } from '../integration/support/eventually.ts'
import { startServer } from '../integration/support/server.ts'
import { withoutBrowser } from '../support/browser.ts'
import { figure, startLoad, visit } from './page.ts'

const LIMIT_MS = 60_000
const options = { skip: withoutBrowser, timeout: 240_000 }

test('a switch flipped on the page moves reads per frame, is marked, and can be undone', options, async t => {
  const { page, server, requests, complaints } = await visit(t)
  await page.getByRole('heading', { name: /Three steps/ }).waitFor()
  await page.getByRole('button', { name: 'Start load', exact: true }).click()
  await eventually('frames come', async () => (await figure(page, 'throughput')) > 0, LIMIT_MS)
  await eventually('reads are shared by frames', async () => (await figure(page, 'calls')) < 1.5, LIMIT_MS)

  const bufferedReader = page.getByRole('switch', { name: 'bufferedReader' })
  assert.equal(await bufferedReader.getAttribute('aria-checked'), 'true')
  await bufferedReader.click()
  await eventually('two reads a frame', async () => (await figure(page, 'calls')) > 1.8, LIMIT_MS)
  await page.locator('.happenings').getByText('bufferedReader off').waitFor()
  await page
    .locator('.impression')
    .getByRole('row', { name: /Reads per frame/ })
    .waitFor()

  await page.getByRole('button', { name: 'Undo the change of bufferedReader' }).first().click()
  await page.locator('[role=switch][aria-label="bufferedReader"][aria-checked="true"]').waitFor()
  const { items } = await server.ask<{ items: readonly AuditEntry[] }>('GET', '/api/v1/audit')
  assert.equal(items.filter(({ by }) => by === 'dashboard').length, 2)
  assert.match(items[0]?.reason ?? '', /undo/)

  assert.deepEqual(complaints, [])
  assert.deepEqual(
    requests.filter(url => !url.startsWith(server.url)),
    []
  )
})

test('two profiles captured on the page open as their difference', options, async t => {
  const { page, server, complaints } = await visit(t, '#/profiles')
  await startLoad(server)
  await page.getByLabel('For, seconds').fill('1')
  for (const [name, preset] of [
    ['first', 'baseline'],
    ['second', 'buffered']
  ] as const) {
    await server.ask('PATCH', '/api/v1/optimizations', { preset })
    await page.getByLabel('Name').fill(name)
    await page.getByRole('button', { name: 'Capture', exact: true }).click()
    await page.getByRole('button', { name: `open ${name}`, exact: true }).waitFor()
  }
  await page.getByRole('button', { name: 'take first as before' }).click()
  await page.getByRole('button', { name: 'take second as after' }).click()
  await page.locator('.flame-graph rect').first().waitFor()
  assert.match(await page.locator('.verdict').innerText(), /before, .* after/)
  assert.ok((await page.locator('.comparison tbody tr').count()) > 3)
  assert.equal(await page.locator('.comparison').getByText('profiling itself: ').count(), 2)
  // What is open is in the address: it can be sent to somebody, and gone back to.
  await page.reload()
  await page.getByRole('heading', { name: 'first → second' }).waitFor()
  await page.goBack()
  await page.getByText('Now pick another one').waitFor()
  assert.deepEqual(complaints, [])

  const requests: string[] = []
  page.context().on('request', request => requests.push(request.url()))
  const opening = page.waitForEvent('popup')
  await page.getByRole('button', { name: 'open first in speedscope' }).click()
  const speedscope = await opening
  await speedscope.getByText('first').waitFor()
  await speedscope.getByText('Left Heavy').waitFor()
  assert.deepEqual(
    requests.filter(url => !url.replace('blob:', '').startsWith(server.url)),
    []
  )
})

test('a connection is closed from the table, and is found among the closed ones with its reason', options, async t => {
  const { page, server, complaints } = await visit(t, '#/connections')
  await startLoad(server)
  await page.getByRole('heading', { name: '10 connections' }).waitFor()
  await page.getByLabel('Worker').selectOption('1')
  const close = page.getByRole('button', { name: /^close connection 1-/ }).first()
  // While one points at them, rows stay where they are.
  await close.hover()
  await page.getByText('held still').waitFor()
  const id = (await close.getAttribute('aria-label'))?.split(' ').at(-1) as string
  await close.click()
  await page.getByLabel('State').selectOption('closed')
  const row = page.getByRole('row', { name: new RegExp(`^${id} .*operator`) })
  await row.waitFor()
  assert.deepEqual(complaints, [])
})

test('a server that goes and comes back is said so, and the page goes on by itself', options, async t => {
  const { page, server } = await visit(t)
  await page.getByText('Live', { exact: true }).waitFor()
  server.program.signal('SIGTERM')
  await server.program.ended
  await page.getByText(/No answer since/).waitFor()
  const port = new URL(server.url).port
  await startServer(t, ['--workers', '2', '--http-port', port])
  await page.getByText('Live', { exact: true }).waitFor()
  await page.getByRole('switch', { name: 'bufferedReader' }).waitFor()
})

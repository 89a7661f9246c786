import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import test, { type TestContext } from 'node:test'
import { affordableConnections } from '../../src/workers/file-descriptors.ts'
import { eventually } from '../integration/support/eventually.ts'
import type { ServerProcess } from '../integration/support/server.ts'
import { withoutBrowser } from '../support/browser.ts'
import { visit } from './page.ts'

const options = { skip: withoutBrowser, timeout: 300_000 }
const LIMIT_MS = 120_000
const AT_ONCE = 1000
/** As many as the page is meant for at the least; fewer where the system does not allow it. */
const COUNT = affordableConnections() > 12_000 ? 10_050 : 250

/** Connections on which nothing happens; no more of them on their way than the server lets wait for a worker. */
async function open(t: TestContext, server: ServerProcess, count: number): Promise<void> {
  const before = (await server.report()).totals.connectionsOpen
  for (let opened = 0; opened < count; opened += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - opened) }, async () => {
      const socket = connect(server.framePort, '127.0.0.1').on('error', () => {})
      t.after(() => socket.destroy())
      await once(socket, 'connect')
    })
    await Promise.all(some)
    const expected = before + opened + some.length
    await eventually('served', async () => (await server.report()).totals.connectionsOpen === expected, LIMIT_MS)
  }
}

const shown = (count: number): string => count.toLocaleString('en-US')

test(
  `${shown(COUNT)} connections are paged, sorted and filtered, and closed together after a preview`,
  options,
  async t => {
    const { page, server, complaints } = await visit(t, '#/connections')
    await open(t, server, COUNT)
    const heading = (count: number) => page.getByRole('heading', { name: `${shown(count)} connections`, exact: true })
    await heading(COUNT).waitFor({ timeout: LIMIT_MS })
    const firstCell = page.locator('tbody tr td:first-child').first()
    const rowOf = async (): Promise<string> => firstCell.innerText()

    await page.getByRole('button', { name: 'Id', exact: true }).click()
    await eventually('sorted by id', async () => (await rowOf()) === '1-1', LIMIT_MS)
    await page.getByRole('button', { name: 'Next page' }).click()
    await page.getByText(`51–100 of ${shown(COUNT)}`).waitFor()
    await eventually('the next fifty', async () => (await rowOf()) === '1-51', LIMIT_MS)
    await page.getByRole('button', { name: 'Previous page' }).click()
    await eventually('the first page again', async () => (await rowOf()) === '1-1', LIMIT_MS)

    await page.getByLabel('Worker').selectOption('2')
    await eventually('worker 2 only', async () => (await rowOf()).startsWith('2-'), LIMIT_MS)
    const [of2] = (await server.report()).workers.filter(({ id }) => id === 2)
    assert.ok(of2 !== undefined)
    await heading(of2.connections).waitFor()

    await page.getByRole('button', { name: 'Close all of these…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(/all that are alive, on worker 2/).waitFor()
    assert.equal((await server.report()).totals.connectionsOpen, COUNT, 'a preview closes none')
    await dialog.getByLabel('At most so many a second').fill('100000')
    await dialog.getByRole('button', { name: `Close ${shown(of2.connections)} connections`, exact: true }).click()
    await page.getByText('No connection matches.').waitFor({ timeout: LIMIT_MS })
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await heading(COUNT - of2.connections).waitFor({ timeout: LIMIT_MS })
    assert.deepEqual(complaints, [])
  }
)

test('a filter that cannot be is said to be so at its field, and shows no rows of another one', options, async t => {
  const { page } = await visit(t, '#/connections')
  const address = page.getByLabel('Address')
  await address.fill('nonsense')
  await address.press('Enter')
  await page.locator('input[aria-invalid=true]').waitFor()
  assert.match((await page.locator('.field .wrong').innerText()) ?? '', /neither an IP address nor a block/)
  assert.equal(await page.getByRole('table').count(), 0)
  assert.equal(await page.getByRole('button', { name: 'Close all of these…' }).isDisabled(), true)
  await address.fill('127.0.0.1')
  await address.press('Enter')
  await page.locator('input[aria-invalid=true]').waitFor({ state: 'detached' })
})

test('rows hold still while one points at them, so that the one that is meant is closed', options, async t => {
  const { page, server } = await visit(t, '#/connections')
  await open(t, server, 3)
  await page.getByRole('heading', { name: '3 connections' }).waitFor()
  await page.locator('tbody tr').first().hover()
  await page.getByText('held still while you point at them').waitFor()
  await open(t, server, 2)
  await page.locator('.facts', { hasText: '5 connections' }).waitFor()
  assert.equal(await page.locator('tbody tr').count(), 3)
  await page.getByRole('heading', { level: 1 }).hover()
  await page.getByRole('heading', { name: '5 connections' }).waitFor()
})

import assert from 'node:assert/strict'
import test from 'node:test'
import type { Locator } from 'playwright-core'
import { withoutBrowser } from '../support/browser.ts'
import { visit } from './page.ts'

const options = { skip: withoutBrowser, timeout: 240_000 }

test(
  'a form of an experiment says what cannot be at the field that it is about, and sends nothing',
  options,
  async t => {
    const { page, server } = await visit(t, '#/experiments')
    const form = page.getByRole('form', { name: 'An experiment' })
    const start = form.getByRole('button', { name: 'Start the experiment', exact: true })
    const pairs = form.getByLabel('Pairs')

    await pairs.fill('3')
    await start.click()
    assert.equal(await pairs.getAttribute('aria-invalid'), 'true')
    assert.match(await described(pairs), /from 6 to 200/)
    await page.locator('input:focus[aria-invalid=true]').waitFor()
    await pairs.fill('8')
    assert.equal(await pairs.getAttribute('aria-invalid'), 'false')

    // Two workers are too few for three arms at once, and the page knows it before anybody asks.
    await form.getByRole('button', { name: 'Add an arm' }).click()
    const split = form.getByRole('radio', { name: /At the same time/ })
    assert.equal(await split.isDisabled(), true)
    assert.match(await described(split), /2 workers and 3 arms.*--workers 3/)
    await form.getByRole('button', { name: 'Remove arm 3' }).click()
    assert.equal(await split.isEnabled(), true)

    // What only the server can know comes back to the arm that it is about.
    await server.ask('PATCH', '/api/v1/optimizations', { packetPool: false, workers: [2] })
    const second = form.getByRole('group', { name: 'Arm 2' })
    await second.getByLabel('Starts from').selectOption('what is in force')
    await start.click()
    await second.getByRole('alert').getByText('must name packetPool').waitFor()
    assert.deepEqual((await server.ask<{ total: number }>('GET', '/api/v1/experiments')).total, 0)
  }
)

test('an experiment started on the page is watched to its verdict in words, and can be repeated', options, async t => {
  const { page, complaints } = await visit(t, '#/experiments')
  const form = page.getByRole('form', { name: 'An experiment' })
  await form.getByRole('button', { name: 'baseline → buffered' }).click()
  await form.getByLabel('Pairs').fill('6')
  await form.getByLabel('Each block, seconds').fill('0.5')
  await form.getByLabel('Wash-out, seconds').fill('0.2')
  await form.getByText(/in brackets/i).waitFor()
  await form.getByRole('button', { name: 'Start the experiment', exact: true }).click()
  await page.getByRole('button', { name: 'stop this experiment', exact: true }).waitFor()
  assert.equal(
    await form.getByRole('button', { name: 'Start the experiment', exact: true }).isDisabled(),
    true,
    'one at a time'
  )
  await page.locator('.block-plot .dot').first().waitFor({ timeout: 60_000 })
  await page.getByRole('button', { name: 'delete this experiment', exact: true }).waitFor({ timeout: 120_000 })

  const view = page.locator('.experiment')
  assert.match(await view.locator('.verdict').first().innerText(), /'buffered'.*'baseline'/)
  assert.ok((await view.locator('.intervals li').count()) > 3)
  await view.getByText('Statistics', { exact: true }).click()
  await view.getByRole('columnheader', { name: 'p (Holm)' }).waitFor()
  assert.match(await view.locator('.command code').innerText(), /^curl .*buffered/)
  const report = page.waitForEvent('download')
  await view.getByRole('button', { name: 'download the report of this experiment', exact: true }).click()
  assert.match((await report).suggestedFilename(), /\.html$/)

  // Filled in again from what was done, to be changed.
  await form.getByLabel('Pairs').fill('9')
  await view.getByRole('button', { name: 'Use again' }).click()
  assert.equal(await form.getByLabel('Pairs').inputValue(), '6')
  assert.deepEqual(complaints, [])
})

/** What a screen reader says of a field beside its name. */
async function described(field: Locator): Promise<string> {
  const ids = (await field.getAttribute('aria-describedby'))?.split(' ') ?? []
  const page = field.page()
  return (await Promise.all(ids.map(id => page.locator(`[id="${id}"]`).innerText()))).join(' ')
}

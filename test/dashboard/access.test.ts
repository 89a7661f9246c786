import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { eventually } from '../integration/support/eventually.ts'
import { withoutBrowser } from '../support/browser.ts'
import { figure, startLoad, visit } from './page.ts'

const options = { skip: withoutBrowser, timeout: 240_000 }
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const pages = ['', 'connections', 'load', 'profiles', 'experiments', 'guide']

interface Violation {
  readonly id: string
  readonly help: string
  readonly nodes: readonly { readonly html: string }[]
}

/** What is wrong with what is on the screen: in light and in dark, wide and narrow. */
async function faultsOf(page: Page, where: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 900 })
      // Playwright's evaluation is not the page's own script, so the page's policy does not stop it.
      const violations = (await page.evaluate(
        `${axe}; axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then(({ violations }) => violations)`
      )) as readonly Violation[]
      const here = `${where} at ${width}, ${colorScheme}`
      found.push(...violations.map(({ id, help, nodes }) => `${here}: ${id}: ${help}: ${nodes[0]?.html}`))
    }
  }
  return found
}

test('no page has anything that axe finds fault with, in light and in dark, wide and narrow', options, async t => {
  const { page, server } = await visit(t)
  await page.getByRole('heading', { name: /Three steps/ }).waitFor()
  const found = [...(await faultsOf(page, 'first run'))]
  await startLoad(server)
  await eventually('frames come', async () => (await figure(page, 'throughput')) > 0, 60_000)
  await page.getByLabel('explain').check()
  await page.getByLabel('each worker by itself').check()
  for (const name of pages) {
    await page.evaluate(`location.hash = '#/${name}'`)
    await page.locator(`nav a[href="#/${name}"][aria-current=page]`).waitFor()
    found.push(...(await faultsOf(page, name)))
  }
  await page.locator('.answer summary').first().click()
  found.push(...(await faultsOf(page, 'an answer of the guide')))
  await page.goto(`${server.url}/#/connections`)
  await page.getByRole('button', { name: 'Close all of these…' }).click()
  await page.getByRole('dialog').waitFor()
  found.push(...(await faultsOf(page, 'a preview')))
  assert.deepEqual(found, [])
})

test('profiles, an experiment and a lost server are no less accessible', options, async t => {
  const { page, server } = await visit(t, '#/profiles')
  await startLoad(server)
  await server.ask('POST', '/api/v1/profiles', { kind: 'cpu', seconds: 0.5, label: 'one' })
  await page.getByRole('button', { name: 'open one', exact: true }).click({ timeout: 60_000 })
  await page.locator('.flame-graph rect').first().waitFor()
  const found = [...(await faultsOf(page, 'a profile'))]
  await page.goto(`${server.url}/#/experiments`)
  await page.getByText('What counts, what stops it').click()
  await server.ask('POST', '/api/v1/experiments', {
    arms: [
      { name: 'one', preset: 'baseline' },
      { name: 'other', preset: 'pooled' }
    ],
    pairs: 6,
    blockSeconds: 0.3,
    washOutSeconds: 0.1
  })
  await page.locator('.block-plot .dots .dot').first().waitFor({ timeout: 60_000 })
  found.push(...(await faultsOf(page, 'an experiment under way')))
  await page.getByText('Statistics', { exact: true }).click({ timeout: 60_000 })
  found.push(...(await faultsOf(page, 'a verdict')))
  server.program.signal('SIGTERM')
  await page.getByText(/No answer since/).waitFor()
  found.push(...(await faultsOf(page, 'a lost server')))
  assert.deepEqual(found, [])
})

test('by keyboard alone one finds a switch, flips it, and goes to another page', options, async t => {
  const { page, server } = await visit(t)
  await page.getByRole('switch', { name: 'bufferedReader' }).waitFor()
  const tabTo = async (selector: string): Promise<void> => {
    for (let presses = 0; presses < 80; presses++) {
      if ((await page.locator(`${selector}:focus`).count()) > 0) return
      await page.keyboard.press('Tab')
    }
    assert.fail(`${selector} cannot be reached by keyboard`)
  }
  await tabTo('[role=switch][aria-label="bufferedReader"]')
  await page.keyboard.press('Space')
  await page.locator('[role=switch][aria-label="bufferedReader"][aria-checked="false"]').waitFor()
  await page.reload()
  await tabTo('a[href="#/connections"]')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Connections', level: 1 }).waitFor()
  assert.equal(await page.locator('h1:focus').count(), 1, 'the new page has the focus')
  const { optimizations } = await server.ask<{ optimizations: readonly { name: string; enabled: boolean }[] }>(
    'GET',
    '/api/v1/optimizations'
  )
  assert.equal(optimizations.find(({ name }) => name === 'bufferedReader')?.enabled, false)
})

test('the values of another moment, and all boxes of a flame graph, are reached with arrow keys', options, async t => {
  const { page, server } = await visit(t)
  await startLoad(server)
  const slider = page.getByRole('slider', { name: 'Values at' })
  await eventually('some figures', async () => Number(await slider.getAttribute('max')) >= 3, 60_000)
  await slider.focus()
  assert.equal(await slider.getAttribute('aria-valuetext'), 'now')
  await page.keyboard.press('Home')
  assert.match((await slider.getAttribute('aria-valuetext')) ?? '', /^\d\d:\d\d:\d\d/)
  await page.locator('.u-cursor-x').first().waitFor()
  await page.keyboard.press('End')
  await page.locator('.moment input[aria-valuetext=now]').waitFor()

  await server.ask('POST', '/api/v1/profiles', { kind: 'cpu', seconds: 1, label: 'one' })
  await page.goto(`${server.url}/#/profiles`)
  await page.getByRole('button', { name: 'open one', exact: true }).click({ timeout: 60_000 })
  await page.locator('.flame-graph rect').first().waitFor()
  const stops = page.locator('.flame-graph [role=button][tabindex="0"]')
  assert.equal(await stops.count(), 1, 'one stop for Tab')
  await stops.focus()
  const focused = (): Promise<string> =>
    page.locator('.flame-graph g:focus').getAttribute('aria-label') as Promise<string>
  const root = await focused()
  assert.match(root, /^all: /)
  await page.keyboard.press('ArrowUp')
  const above = await focused()
  assert.notEqual(above, root)
  assert.equal(await page.locator('.flame-details').innerText(), above, 'what has the focus is told in words')
  await page.keyboard.press('Enter')
  await eventually('still there when zoomed', async () => (await focused()) === above)
  await page.keyboard.press('ArrowDown')
  assert.equal(await focused(), root)
})

test(
  'where tokens are wanted, the page asks for one, keeps it out of every address, and goes on with it',
  options,
  async t => {
    const secret = 'a-secret-of-this-test-of-forty-characters'
    const { page, requests } = await visit(t, '', { env: { FRAMELAB_TOKEN: secret } })
    await page.locator('dialog input[type=password]').fill(secret)
    await page.getByRole('button', { name: 'Use it' }).click()
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByRole('switch', { name: 'bufferedReader' }).waitFor()
    assert.deepEqual(
      requests.filter(url => url.includes(secret)),
      []
    )
  }
)

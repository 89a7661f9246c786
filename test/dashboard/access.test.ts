import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import test from 'node:test'
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

test('no page has anything that axe finds fault with, in light and in dark, wide and narrow', options, async t => {
  const { page, server } = await visit(t)
  await startLoad(server)
  await eventually('frames come', async () => (await figure(page, 'throughput')) > 0, 60_000)
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 900 })
      for (const name of pages) {
        await page.evaluate(`location.hash = '#/${name}'`)
        await page.locator(`nav a[href="#/${name}"][aria-current=page]`).waitFor()
        // Playwright's evaluation is not the page's own script, so the page's policy does not stop it.
        const violations = (await page.evaluate(
          `${axe}; axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }).then(({ violations }) => violations)`
        )) as readonly Violation[]
        const where = `${name} at ${width}, ${colorScheme}`
        found.push(...violations.map(({ id, help, nodes }) => `${where}: ${id}: ${help}: ${nodes[0]?.html}`))
        const tooWide = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        if ((tooWide as number) > 0) found.push(`${where} is ${tooWide} px wider than the screen`)
      }
    }
  }
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

import assert from 'node:assert/strict'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { eventually } from '../integration/support/eventually.ts'
import { openPage, withoutBrowser } from '../support/browser.ts'
import { figure, startLoad, visit } from './page.ts'

const options = { skip: withoutBrowser, timeout: 300_000 }
const LIMIT_MS = 60_000
/** Of 1, which is everything moved by a whole screen; web pages with less than 0.1 are called stable. */
const MOST_SHIFT = 0.02

/** What has moved without anybody having touched the page. */
async function shiftOf(page: Page): Promise<number> {
  return (await page.evaluate(`new Promise(resolve => {
    const observer = new PerformanceObserver(list => {
      observer.disconnect()
      resolve(list.getEntries().filter(entry => !entry.hadRecentInput).reduce((sum, { value }) => sum + value, 0))
    })
    observer.observe({ type: 'layout-shift', buffered: true })
    setTimeout(() => resolve(0), 500)
  })`)) as number
}

test(
  'nothing jumps as figures come, switches change, load begins and ends, and the server is lost',
  options,
  async t => {
    const { page, server, browser } = await visit(t)
    const pages = [page]
    for (const width of [390, 1920]) {
      pages.push((await openPage(browser, server.url, { viewport: { width, height: 1000 } })).page)
    }
    for (const one of pages) await one.getByText('Live', { exact: true }).waitFor()
    await startLoad(server)
    await eventually('frames come', async () => (await figure(page, 'throughput')) > 0, LIMIT_MS)
    await server.ask('PATCH', '/api/v1/optimizations', { preset: 'baseline', ttlSeconds: 600 })
    const after = page
      .locator('.impression')
      .getByRole('row', { name: /Reads per frame/ })
      .getByRole('cell')
      .nth(1)
    await eventually('an impression of it', async () => /\d/.test(await after.innerText()), LIMIT_MS)
    const { items } = await server.ask<{ items: readonly { id: string }[] }>('GET', '/api/v1/load')
    await server.ask('DELETE', `/api/v1/load/${items[0]?.id}`)
    await eventually('no frames', async () => (await figure(page, 'throughput')) === 0, LIMIT_MS)
    server.program.signal('SIGTERM')
    await server.program.ended
    for (const one of pages) await one.getByText(/No answer since/).waitFor()
    for (const one of pages) {
      const shift = await shiftOf(one)
      assert.ok(shift <= MOST_SHIFT, `layout shift ${shift} of ${one.url()} at ${one.viewportSize()?.width} px`)
    }
  }
)

test(
  'from a telephone to a wall, no page is wider than its screen, and all of the overview fits a common one',
  options,
  async t => {
    const { page, server } = await visit(t)
    await startLoad(server)
    await eventually('latency', async () => (await figure(page, 'latency')) > 0, LIMIT_MS)
    await page.getByRole('switch', { name: 'bufferedReader' }).click()
    const row = page
      .locator('.impression')
      .getByRole('row', { name: /Latency/ })
      .getByRole('cell')
      .nth(2)
    await eventually('a full table', async () => /%|×/.test(await row.innerText()), LIMIT_MS)
    await page.getByLabel('each worker by itself').check()
    await page.getByLabel('explain').check()
    const tooWide: string[] = []
    for (const width of [360, 390, 768, 1024, 1280, 1600, 1920, 3840]) {
      await page.setViewportSize({ width, height: 1000 })
      for (const name of ['', 'connections', 'load', 'profiles', 'experiments', 'guide']) {
        await page.evaluate(`location.hash = '#/${name}'`)
        await page.locator(`nav a[href="#/${name}"][aria-current=page]`).waitFor()
        const over = (await page.evaluate('document.documentElement.scrollWidth - innerWidth')) as number
        if (over > 0) tooWide.push(`${name} is ${over} px wider than ${width}`)
        const outside = (await page.evaluate(`[...document.querySelectorAll('.panel table.figures, .panel button')]
        .filter(one => one.closest('.scroll') === null && one.getBoundingClientRect().right > one.closest('.panel').getBoundingClientRect().right)
        .map(one => one.textContent).slice(0, 3)`)) as readonly string[]
        if (outside.length > 0) tooWide.push(`${name} at ${width}: ${outside.join(' | ')} leaves its panel`)
      }
    }
    assert.deepEqual(tooWide, [])
    await page.goto(`${server.url}/#/`)
    await page.reload()
    await page.setViewportSize({ width: 1920, height: 1080 })
    await page.locator('.happenings li').first().waitFor()
    assert.equal(await page.evaluate('document.documentElement.scrollHeight <= innerHeight'), true)
  }
)

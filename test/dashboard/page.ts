import type { TestContext } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { temporaryFolder } from '../integration/support/checkout.ts'
import type { SpawnOptions } from '../integration/support/processes.ts'
import { type ServerProcess, startServer } from '../integration/support/server.ts'
import { type OpenPage, openPage, startBrowser } from '../support/browser.ts'

export interface Visit extends OpenPage {
  readonly server: ServerProcess
  readonly browser: Browser
}

/** The dashboard of a server of its own with two workers, opened in Chromium. */
export async function visit(t: TestContext, hash = '', options: SpawnOptions = {}): Promise<Visit> {
  const server = await startServer(t, ['--workers', '2', '--data-dir', temporaryFolder(t)], options)
  const browser = await startBrowser(t)
  const opened = await openPage(browser, `${server.url}/${hash}`)
  opened.page.setDefaultTimeout(30_000)
  return { ...opened, server, browser }
}

/** Load that the page has not asked for itself. */
export async function startLoad(server: ServerProcess): Promise<void> {
  await server.ask('POST', '/api/v1/load', { connections: 10, inFlight: 5, durationSeconds: 600, warmUpSeconds: 0 })
}

/** The figure that a chart shows for now, as it is read. */
export async function figure(page: Page, name: string, place = 0): Promise<number> {
  const text = await page.locator(`[data-figure="${name}"] dd`).nth(place).innerText()
  return Number.parseFloat(text.replaceAll(',', ''))
}

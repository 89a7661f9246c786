import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'node:test'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome']

const executablePath = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap(folder => names.map(name => join(folder, name)))
  .find(existsSync)

/** For `skip`: why no page can be opened, or false. */
export const withoutBrowser = executablePath === undefined ? 'Chromium is not installed' : false

/** A page, what it has asked the network for, and what it has complained about. */
export interface OpenPage {
  readonly page: Page
  readonly requests: readonly string[]
  readonly complaints: readonly string[]
}

/** Chromium as the system has it, closed when the test ends. Open several pages in one: it takes a second to start. */
export async function startBrowser(t: TestContext): Promise<Browser> {
  // Its sandbox does not run as root, and all it is shown here is our own.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const browser = await chromium.launch({ executablePath: executablePath as string, args, timeout: 60_000 })
  t.after(() => browser.close())
  return browser
}

export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const page = await browser.newPage(options)
  const requests: string[] = []
  const complaints: string[] = []
  page.on('request', request => requests.push(request.url()))
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(error.message))
  await page.goto(url)
  return { page, requests, complaints }
}

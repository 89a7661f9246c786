import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'

/**
 * What the dashboard costs, against a server that runs already: `node --import tsx test/bench/dashboard.ts URL CHROMIUM`. One
 * page with all charts, in percent of a core, and what 50 readers of events do to throughput and to the control plane. Start
 * a load on the server first.
 */
const [url = 'http://127.0.0.1:8889', executablePath = '/usr/bin/chromium'] = process.argv.slice(2)
const WINDOW_MS = 20_000
const READERS = 50

interface Report {
  readonly totals: { readonly framesReceived: number }
  readonly plane: { readonly cpuSeconds: number }
}

const report = async (): Promise<Report> => (await (await fetch(`${url}/api/v1/server`)).json()) as Report

async function measured(name: string): Promise<void> {
  const before = await report()
  const start = performance.now()
  await sleep(WINDOW_MS)
  const after = await report()
  const seconds = (performance.now() - start) / 1000
  const frames = (after.totals.framesReceived - before.totals.framesReceived) / seconds
  const plane = ((after.plane.cpuSeconds - before.plane.cpuSeconds) / seconds) * 100
  console.log(
    `${name}: ${Math.round(frames).toLocaleString('en-US')} frames/s, control plane ${plane.toFixed(2)} % of a core`
  )
}

await measured('nobody watches')

const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } })
const session = await page.context().newCDPSession(page)
await session.send('Performance.enable')
await page.goto(url)
await page.locator('.chart').first().waitFor()
const taskSeconds = async (): Promise<number> => {
  const { metrics } = await session.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
}
await sleep(3000)
const first = await taskSeconds()
const begin = performance.now()
await measured('one page')
const percent = ((await taskSeconds()) - first) / ((performance.now() - begin) / 1000)
console.log(`one page: ${(percent * 100).toFixed(2)} % of a core on the page's main thread`)
await browser.close()

const abort = new AbortController()
for (let reader = 0; reader < READERS; reader++) {
  const response = await fetch(`${url}/api/v1/events?history=0`, { signal: abort.signal })
  void response.body?.pipeTo(new WritableStream()).catch(() => undefined)
}
await measured(`${READERS} readers`)
await measured(`${READERS} readers`)
abort.abort()
await sleep(1000)
await measured('nobody watches')

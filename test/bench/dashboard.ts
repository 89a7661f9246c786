import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { chromium } from 'playwright-core'
import { max, median, min } from 'simple-statistics'
import { LoadProcess } from '../../src/loadgen/load-process.ts'
import { cpuSecondsOf, LOAD_CORE, moveToCore, SERVER_CORE } from './cores.ts'
import { startFramelab } from './subject.ts'
import { type WatchedPair, watchedPairs } from './watched-pairs.ts'

/**
 * What the dashboard costs while one worker serves a load. A page with all charts: its main thread and its whole process, in
 * percent of a core. Pages that are open: in blocks with and without them, which take turns in one run of the load, what the
 * control plane spends on each, and what that does to throughput and to the worker's CPU per frame. A page that is open is a
 * reader of events, which is all that it asks for on the overview.
 */
const {
  chromium: executablePath,
  pages,
  pairs,
  seconds,
  connections,
  rate
} = new Command()
  .option('--chromium <path>', 'the browser', '/usr/bin/chromium')
  .option('--pages <count>', 'pages open at once', Number, 50)
  .option('--pairs <count>', 'pairs of blocks, one with and one without', Number, 10)
  .option('--seconds <count>', 'how long a block is', Number, 4)
  .option('--connections <count>', 'connections of the load', Number, 100)
  .option('--rate <count>', 'frames/s of the open loop', Number, 20_000)
  .parse()
  .opts()

const BROWSER_SECONDS = 20
/** The window of the server's own rates, and the readers' history, have passed by then. */
const SETTLE_MS = 1000

interface Block {
  readonly framesPerSecond: number
  readonly cpuNsPerFrame: number
  readonly p99Us: number
  readonly planePercent: number
}
type Pair = WatchedPair<Block>

const server = await startFramelab('pooled')
moveToCore(`${SERVER_CORE},${LOAD_CORE}`, server.primaryPid)
try {
  const open = { inFlight: 1000, rate }
  await underLoad(open, async () => console.log(await pageCost()))
  await underLoad(open, async load => print(`open loop, ${rate} frames/s`, await compared(load)))
  await underLoad({ inFlight: 100 }, async load => print('closed loop, 100 in flight', await compared(load)))
} finally {
  await server.stop()
}

async function underLoad(
  schedule: { inFlight: number; rate?: number },
  work: (load: LoadProcess) => Promise<void>
): Promise<void> {
  const load = new LoadProcess()
  const definition = { host: '127.0.0.1', port: server.port, connections, payloadBytes: 20, durationMs: null }
  await load.start({ ...definition, ...schedule, warmUpMs: 0, dialect: 'compiled' })
  moveToCore(LOAD_CORE, load.pid ?? 0)
  await sleep(2000)
  await work(load)
  await load.stop()
}

/** Of one page at 1920 px with eight charts, renewed once a second. */
async function pageCost(): Promise<string> {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const browser = await chromium.launch({ executablePath, args })
  const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } })
  const ofPage = await page.context().newCDPSession(page)
  const ofBrowser = await browser.newBrowserCDPSession()
  await ofPage.send('Performance.enable')
  await page.goto(server.http)
  await page.locator('.chart').first().waitFor()
  await sleep(3000)
  const read = async (): Promise<{ readonly main: number; readonly renderer: number }> => {
    const { metrics } = await ofPage.send('Performance.getMetrics')
    const { processInfo } = await ofBrowser.send('SystemInfo.getProcessInfo')
    const renderers = processInfo.filter(({ type }) => type === 'renderer')
    return {
      main: metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN,
      renderer: renderers.reduce((sum, { cpuTime }) => sum + cpuTime, 0)
    }
  }
  const before = await read()
  const beganMs = performance.now()
  await sleep(BROWSER_SECONDS * 1000)
  const after = await read()
  const elapsed = (performance.now() - beganMs) / 1000
  await browser.close()
  const percent = (name: 'main' | 'renderer'): string => (((after[name] - before[name]) / elapsed) * 100).toFixed(2)
  return `one page with all charts: ${percent('main')} % of a core on its main thread, ${percent('renderer')} % with all threads of its process\n`
}

function compared(load: LoadProcess): Promise<Pair[]> {
  return watchedPairs(pairs, isWatched => block(load, isWatched))
}

async function block(load: LoadProcess, isWatched: boolean): Promise<Block> {
  const abort = new AbortController()
  const readers = isWatched ? Array.from({ length: pages }, () => follow(abort.signal)) : []
  await sleep(SETTLE_MS)
  await load.mark()
  const [workerBefore, planeBefore] = [cpuSecondsOf(server.pid), cpuSecondsOf(server.primaryPid)]
  await sleep(seconds * 1000)
  const [workerAfter, planeAfter] = [cpuSecondsOf(server.pid), cpuSecondsOf(server.primaryPid)]
  const { acked, ackedPerSecond, latency } = await load.mark()
  abort.abort()
  await Promise.all(readers)
  return {
    framesPerSecond: ackedPerSecond,
    cpuNsPerFrame: ((workerAfter - workerBefore) / acked) * 1e9,
    p99Us: latency.p99Us,
    planePercent: ((planeAfter - planeBefore) / seconds) * 100
  }
}

async function follow(signal: AbortSignal): Promise<void> {
  try {
    const response = await fetch(`${server.http}/api/v1/events?history=0`, { signal })
    if (!response.ok) throw new Error(`a reader was answered with ${response.status}`)
    await response.body?.pipeTo(new WritableStream())
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function print(title: string, found: readonly Pair[]): void {
  const spread = (values: readonly number[], digits = 2): string =>
    `${signed(median(values), digits)} (${signed(min(values), digits)} to ${signed(max(values), digits)})`
  const change = (metric: keyof Block): string =>
    spread(found.map(({ watched, alone }) => (watched[metric] / alone[metric] - 1) * 100))
  const perPage = found.map(({ watched, alone }) => (watched.planePercent - alone.planePercent) / pages)
  const p99Ms = found.map(({ watched, alone }) => (watched.p99Us - alone.p99Us) / 1000)
  const middle = (metric: keyof Block): number => median(found.map(({ alone }) => alone[metric]))
  console.log(
    `${title}: what ${pages} open pages change, median (range) of ${found.length} pairs of ${seconds} s\n` +
      `  throughput      ${change('framesPerSecond')} %, from ${Math.round(middle('framesPerSecond')).toLocaleString('en-US')} frames/s\n` +
      `  CPU of a frame  ${change('cpuNsPerFrame')} %, of the worker\n` +
      `  p99             ${spread(p99Ms)} ms, from ${(middle('p99Us') / 1000).toFixed(2)} ms\n` +
      `  control plane   ${spread(perPage, 3)} % of a core for each page, beside ${middle('planePercent').toFixed(2)} % without any\n`
  )
}

function signed(value: number, digits: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(digits)}`
}

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import test, { type TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { eventually } from '../integration/support/eventually.ts'
import { startServer } from '../integration/support/server.ts'
import { openPage, startBrowser, withoutBrowser } from '../support/browser.ts'
import { visit } from './page.ts'

const options = { skip: withoutBrowser, timeout: 240_000 }
const LIMIT_MS = 60_000

/** A way to the server that can be cut and mended. */
async function wireTo(t: TestContext, port: number) {
  const sockets = new Set<Socket>()
  let isCut = false
  const wire = createServer(near => {
    if (isCut) return near.destroy()
    const far = connect(port, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near]
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy()).on('close', () => other.destroy())
      one.pipe(other)
    }
  }).listen(0, '127.0.0.1')
  await once(wire, 'listening')
  const cut = (): void => {
    isCut = true
    for (const socket of sockets) socket.destroy()
  }
  t.after(() => {
    cut()
    wire.close()
  })
  return {
    port: (wire.address() as AddressInfo).port,
    cut,
    mend: () => {
      isCut = false
    }
  }
}

/** The instants that the page has figures of, in seconds of the day, as the slider over the charts tells them. */
async function instants(page: Page): Promise<readonly number[]> {
  return (await page.evaluate(`(async () => {
    const slider = document.querySelector('.moment input')
    const told = []
    const drawn = () => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    for (let index = 0; index < Number(slider.max); index++) {
      slider.value = index
      slider.dispatchEvent(new Event('input', { bubbles: true }))
      await drawn()
      const [hours, minutes, seconds] = slider.getAttribute('aria-valuetext').split(':').map(Number)
      told.push((hours * 60 + minutes) * 60 + seconds)
    }
    return told
  })()`)) as readonly number[]
}

function assertWithoutGap(seconds: readonly number[]): void {
  const steps = seconds.slice(1).map((second, index) => second - (seconds[index] ?? 0))
  // A busy machine may be late with one, never skip several.
  assert.ok(
    steps.every(step => (step >= 0 && step <= 3) || step < -80_000),
    `steps between instants: ${steps.join(' ')}`
  )
}

const pointsOf = async (page: Page): Promise<number> => Number(await page.locator('.moment input').getAttribute('max'))

test(
  'after the way to the server was cut, the page goes on by itself and has what happened meanwhile',
  options,
  async t => {
    const server = await startServer(t, ['--workers', '2'])
    const wire = await wireTo(t, Number(new URL(server.url).port))
    const { page } = await openPage(await startBrowser(t), `http://127.0.0.1:${wire.port}/`)
    await page.getByText('Live', { exact: true }).waitFor()
    await eventually('some seconds of figures', async () => (await pointsOf(page)) >= 3, LIMIT_MS)
    wire.cut()
    await page.getByText(/No answer since/).waitFor()
    await server.ask('PATCH', '/api/v1/optimizations', { bufferedReader: false, by: 'somebody else' })
    const at = (await server.report()).uptimeSeconds
    await eventually('six seconds without the page', async () => (await server.report()).uptimeSeconds > at + 6)
    wire.mend()
    await page.getByText('Live', { exact: true }).waitFor({ timeout: LIMIT_MS })
    await page.locator('.happenings').getByText('bufferedReader off (by somebody else)').waitFor()
    await page.locator('[role=switch][aria-label="bufferedReader"][aria-checked="false"]').waitFor()
    const seconds = await instants(page)
    assert.ok(seconds.length > 8, `${seconds.length} instants`)
    assertWithoutGap(seconds)
  }
)

test('a page that nobody sees asks for nothing, and has no gap when it is seen again', options, async t => {
  const { page, server, requests } = await visit(t)
  await page.getByText('Live', { exact: true }).waitFor()
  const hide = (hidden: boolean): Promise<unknown> =>
    page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))`)
  await hide(true)
  await page.getByText('Paused', { exact: true }).waitFor()
  const before = { asked: requests.length, points: await pointsOf(page) }
  const at = (await server.report()).uptimeSeconds
  await eventually('six seconds unseen', async () => (await server.report()).uptimeSeconds > at + 6)
  assert.deepEqual([requests.length, await pointsOf(page)], [before.asked, before.points])
  await hide(false)
  await page.getByText('Live', { exact: true }).waitFor()
  await eventually('what it has missed', async () => (await pointsOf(page)) >= before.points + 6, LIMIT_MS)
  assertWithoutGap(await instants(page))
})

test('a page that comes late knows who changed what before its ten minutes, and how to undo it', options, async t => {
  const { server, browser } = await visit(t)
  await server.ask('PATCH', '/api/v1/optimizations', { ackPool: false, by: 'mia', reason: 'garbage?' })
  const { page } = await openPage(browser, server.url)
  // As if the event had left the history that the server keeps: only the audit has it.
  await page.route('**/api/v1/events*', route => route.continue({ url: `${server.url}/api/v1/events?history=0` }))
  await page.reload()
  await page.locator('.happenings').getByText('ackPool off (by mia: garbage?)').waitFor()
  await page.getByRole('button', { name: 'Undo the change of ackPool', exact: true }).click()
  await page.locator('[role=switch][aria-label="ackPool"][aria-checked="true"]').waitFor()
})

test('where as many pages follow as may, one more is told so', options, async t => {
  const { server, browser } = await visit(t)
  const abort = new AbortController()
  t.after(() => abort.abort())
  const follow = (): Promise<Response> => fetch(`${server.url}/api/v1/events?history=0`, { signal: abort.signal })
  const statuses: number[] = []
  while (!statuses.includes(429)) statuses.push((await follow()).status)
  assert.ok(statuses.length > 50, `${statuses.length} may follow`)
  const { page } = await openPage(browser, server.url)
  await page.getByText(/Refused: you follow the events \d+ times already/).waitFor()
  abort.abort()
  await page.getByText('Live', { exact: true }).waitFor()
})

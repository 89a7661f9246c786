import assert from 'node:assert/strict'
import test from 'node:test'
import { eventually } from '../integration/support/eventually.ts'
import { withoutBrowser } from '../support/browser.ts'
import { startLoad, visit } from './page.ts'

const LIMIT_MS = 90_000
const options = { skip: withoutBrowser, timeout: 300_000 }

test('the guide leads through its four steps on the running server, each leaving its evidence', options, async t => {
  const { page, server, complaints } = await visit(t, '#/guide')
  const step = (number: number) => page.locator(`.guide ol > li:nth-child(${number})`)
  const isDone = (number: number): Promise<void> => step(number).getByText('✓ done').waitFor({ timeout: LIMIT_MS })
  await step(1).getByText('now', { exact: true }).waitFor()
  assert.equal(await page.locator('.guide li[aria-current=step]').count(), 1)
  assert.equal(await page.getByText('✓ done').count(), 0, 'switches that are on already are nobody’s work')

  await startLoad(server)
  await step(1).getByRole('button', { name: 'Switch to baseline', exact: true }).click()
  await isDone(1)
  await step(2).getByRole('button', { name: 'Capture 4 seconds', exact: true }).click()
  await isDone(2)

  await step(3).getByRole('button', { name: 'Turn bufferedReader on', exact: true }).click()
  await isDone(3)
  await isDone(1)
  const after = step(3)
    .getByRole('row', { name: /Reads per frame/ })
    .getByRole('cell')
    .nth(1)
  await eventually('an impression of it', async () => /^[\d.]+$/.test(await after.innerText()), LIMIT_MS)

  await step(4).getByRole('button', { name: 'Capture 4 seconds', exact: true }).click()
  await isDone(4)
  await step(4).locator('.flame-graph rect').first().waitFor()
  assert.equal(await page.locator('.guide li[aria-current=step]').count(), 0)

  const { items } = await server.ask<{ items: readonly { label: string }[] }>('GET', '/api/v1/profiles')
  assert.deepEqual(items.map(({ label }) => label).sort(), ['guide: baseline', 'guide: changed'])
  await page.goto(`${server.url}/#/`)
  const happened = page.locator('.happenings')
  await happened.getByText('bufferedReader on (by dashboard: guide: step 3)').waitFor()
  await happened.getByText('CPU profile of 4 s, “guide: changed”').waitFor()
  assert.deepEqual(complaints, [])
})

test('what a learner asks is answered beside the figure that shows it', options, async t => {
  const { page, server } = await visit(t, '#/guide')
  await startLoad(server)
  const figure = (question: string, name: string) =>
    page.locator('.answer', { hasText: question }).locator('.tiles > div', { hasText: name }).locator('dd')
  for (const [question, name] of [
    ['Why two reads and one write', 'reads per frame'],
    ['Where does half a frame go?', 'frames in one read'],
    ['Why fewer reads?', 'reads per frame'],
    ['show another client’s data?', 'acks checked in the last second']
  ] as const) {
    await page.getByText(question).click()
    await eventually(
      `a figure for ${question}`,
      async () => /\d/.test(await figure(question, name).innerText()),
      LIMIT_MS
    )
  }
  await eventually(
    'no wrong ack',
    async () => (await figure('show another client’s data?', 'with another id').innerText()) === '0'
  )
})

test('“test it properly” starts the experiment that the last change suggests, and opens it', options, async t => {
  const { page, server } = await visit(t)
  await startLoad(server)
  await page.getByRole('switch', { name: 'bufferedReader' }).click()
  await page.getByRole('button', { name: 'Test it properly', exact: true }).click()
  await page.getByRole('button', { name: 'stop this experiment', exact: true }).waitFor()
  const { items } = await server.ask<{
    items: readonly { id: string; request: { load: unknown; arms: readonly { name: string; switches: object }[] } }[]
  }>('GET', '/api/v1/experiments')
  assert.deepEqual(items[0]?.request.arms, [
    { name: 'bufferedReader on', switches: { bufferedReader: true } },
    { name: 'bufferedReader off', switches: { bufferedReader: false } }
  ])
  assert.equal(items[0]?.request.load, 'live', 'under the traffic there is')
  assert.match(page.url(), new RegExp(`id=${items[0]?.id}`))
  await page.getByRole('button', { name: 'stop this experiment', exact: true }).click()
  await page.getByRole('button', { name: 'delete this experiment', exact: true }).waitFor()

  // Or it is set up first: then the form has what was changed.
  await page.goto(`${server.url}/#/`)
  await page.getByRole('button', { name: 'Set it up first' }).click()
  await page.getByRole('group', { name: 'Arm 2' }).getByLabel('Name').waitFor()
  assert.equal(await page.getByRole('group', { name: 'Arm 2' }).getByLabel('bufferedReader').inputValue(), 'off')
})

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Locator, Page } from 'playwright-core'
import { difference, type MeasuredStacks, pairStacks } from '../../src/profiling/difference.ts'
import { flameGraphPage } from '../../src/profiling/flame-graph-page.ts'
import { flameTree } from '../../src/profiling/flame-tree.ts'
import { readCpuProfile } from '../../src/profiling/read-cpu-profile.ts'
import { openPage, startBrowser, withoutBrowser } from '../support/browser.ts'
import { eventually } from '../support/lab-process.ts'
import { callFrame, cpuProfile, type TimedStack } from './profiles.ts'

const read = callFrame('onRead', 'src/dataplane/connection.ts', 12)
const grown = callFrame('grown', 'src/grown.ts', 1)
const shrunk = callFrame('shrunk', 'src/shrunk.ts', 1)
const steady = callFrame('steady', 'src/steady.ts', 1)
const gone = callFrame('gone', 'src/gone.ts', 1)
const come = callFrame('come', 'src/come.ts', 1)

const before: readonly TimedStack[] = [
  [[read, grown], 100],
  [[read, shrunk], 400],
  [[steady], 200],
  [[gone], 300]
]
const after: readonly TimedStack[] = [
  [[read, grown], 200],
  [[read, shrunk], 100],
  [[steady], 200],
  [[come], 100]
]

/** One file on the disk, as somebody who was sent it opens it. */
async function pageFile(t: TestContext): Promise<string> {
  const measured = (stacks: readonly TimedStack[]): MeasuredStacks => ({
    tree: readCpuProfile(cpuProfile(stacks)),
    frames: 1000,
    seconds: 1,
    quantum: 1000
  })
  const paired = pairStacks(measured(before), measured(after), 'frames')
  const { html } = flameGraphPage(
    {
      title: 'before → after',
      quantity: 'CPU per frame',
      unit: 'ns/frame',
      before: ['1,000 frames'],
      after: ['1,000 frames'],
      warnings: []
    },
    difference(measured(before), measured(after), 'frames'),
    flameTree(paired.tree, paired.before, paired.after)
  )
  const folder = await mkdtemp(join(tmpdir(), 'framelab-page-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'difference.html')
  await writeFile(file, html)
  return pathToFileURL(file).href
}

const boxOf = (page: Page, name: string): Locator => page.locator(`#graph g[aria-label^="${name} "]`)
const allBoxes = (page: Page): Locator => page.locator('#graph g[aria-label^="all: "]')
const widthOf = async (box: Locator): Promise<number> => (await box.locator('rect').boundingBox())?.width ?? 0
/** Of the whole, in percent. */
const shareOf = async (page: Page, name: string): Promise<number> =>
  Math.round((100 * (await widthOf(boxOf(page, name)))) / (await widthOf(allBoxes(page))))
/** What runs in the page is text: the browser knows nothing of TypeScript. */
const inPage = (page: Page, expression: string): Promise<string> => page.evaluate(expression)
const styleOf = (page: Page, selector: string, property: string): Promise<string> =>
  inPage(page, `getComputedStyle(document.querySelector('${selector}')).getPropertyValue('${property}')`)
const fillOf = (page: Page, name: string): Promise<string> =>
  styleOf(page, `#graph g[aria-label^="${name} "] rect`, 'fill')

test('the page of a difference, in a browser', { skip: withoutBrowser }, async t => {
  const browser = await startBrowser(t)
  const url = await pageFile(t)

  await t.test('asks the network for nothing but itself, and complains of nothing', async () => {
    const { page, requests, complaints } = await openPage(browser, url)
    await page.getByRole('radio', { name: 'after' }).check()
    await page.getByRole('searchbox').fill('grown')
    assert.deepEqual([requests, complaints], [[url], []])
  })

  await t.test('draws both shapes: each box as wide as its share of one profile', async () => {
    const { page } = await openPage(browser, url)
    // What costs less in all is shown before, as what has vanished would not be seen after.
    assert.ok(await page.getByRole('radio', { name: 'before' }).isChecked())
    const shares = async (...names: string[]): Promise<number[]> => Promise.all(names.map(name => shareOf(page, name)))
    assert.deepEqual(await shares('onRead', 'grown', 'shrunk', 'steady', 'gone'), [50, 10, 40, 20, 30])
    assert.equal(await boxOf(page, 'come').count(), 0)
    await page.getByRole('radio', { name: 'after' }).check()
    assert.deepEqual(await shares('onRead', 'grown', 'shrunk', 'steady', 'come'), [50, 33, 17, 33, 17])
    assert.equal(await boxOf(page, 'gone').count(), 0)
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    await t.test(`says by colour, by legend and in words what takes more and what less, ${colorScheme}`, async () => {
      const { page } = await openPage(browser, url, { colorScheme })
      const legend = await page.getByRole('list', { name: 'Legend' }).getByRole('listitem').allInnerTexts()
      assert.deepEqual(legend, ['takes more CPU per frame after', 'about the same', 'takes less CPU per frame after'])
      for (const [name, swatch, words] of [
        ['grown', '.more', /: 100 before, 200 after, \+100 ns\/frame, takes more CPU per frame after$/],
        ['shrunk', '.less', /: 400 before, 100 after, -300 ns\/frame, takes less CPU per frame after$/],
        ['steady', '.same', /: 200 before, 200 after, 0 ns\/frame, the same$/]
      ] as const) {
        const wanted = await styleOf(page, `.swatch${swatch}`, 'background-color')
        assert.deepEqual(colourNumbers(await fillOf(page, name)), colourNumbers(wanted), name)
        assert.match((await boxOf(page, name).getAttribute('aria-label')) ?? '', words)
      }
      const [red = 0] = colourNumbers(await styleOf(page, 'body', 'background-color'))
      assert.equal(red > 128, colorScheme === 'light')
    })
  }

  await t.test('finds functions by name, in the graph and in the table', async () => {
    const { page } = await openPage(browser, url)
    const rows = page.locator('#rows tbody tr')
    const colour = await fillOf(page, 'shrunk')
    await page.getByRole('searchbox').fill('(shrunk')
    assert.match(await page.locator('#details').innerText(), /^0 of 6 functions match/)
    await page.getByRole('searchbox').fill('shrunk')
    assert.match(await page.locator('#details').innerText(), /^1 of 6 functions match/)
    assert.notEqual(await fillOf(page, 'shrunk'), colour)
    assert.deepEqual(await rows.filter({ visible: true }).locator('td:first-child').allInnerTexts(), ['shrunk'])
    await page.keyboard.press('Escape')
    assert.equal(await fillOf(page, 'shrunk'), colour)
    assert.equal(await rows.filter({ visible: true }).count(), 6)
  })

  await t.test('can be used with the keyboard alone', async () => {
    const { page } = await openPage(browser, url)
    await page.getByRole('button', { name: 'Reset zoom' }).focus()
    const names: string[] = []
    for (let index = 0; index < 7; index++) {
      await page.keyboard.press('Tab')
      const label = await inPage(page, "document.activeElement.getAttribute('aria-label') ?? ''")
      names.push(label.split(/[ :]/, 1)[0] ?? '')
    }
    assert.deepEqual([...names].sort(), ['all', 'gone', 'grown', 'onRead', 'shrunk', 'steady', ''].sort())
    await boxOf(page, 'shrunk').focus()
    assert.match(await page.locator('#details').innerText(), /^shrunk .*takes less CPU per frame after$/)
    await page.keyboard.press('Enter')
    await eventually('it is as wide as all', async () => (await shareOf(page, 'shrunk')) === 100)
    await page.keyboard.press('Escape')
    await eventually('it is as wide as before', async () => (await shareOf(page, 'shrunk')) === 40)
  })
})

/** Red, green and blue from 0 to 255, of either way in which a browser writes them. */
function colourNumbers(text: string): number[] {
  const scale = text.startsWith('color(') ? 255 : 1
  return (text.replace(/^color\(srgb/, '').match(/[\d.]+/g) ?? [])
    .slice(0, 3)
    .map(part => Math.round(Number(part) * scale))
}

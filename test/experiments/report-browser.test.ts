import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { reportPage } from '../../src/experiments/report/report-page.ts'
import { difference, type MeasuredStacks, pairStacks } from '../../src/profiling/difference.ts'
import { flameGraphPage } from '../../src/profiling/flame-graph-page.ts'
import { flameTree } from '../../src/profiling/flame-tree.ts'
import { readCpuProfile } from '../../src/profiling/read-cpu-profile.ts'
import { callFrame, cpuProfile } from '../profiling/profiles.ts'
import { openPage, startBrowser, withoutBrowser } from '../support/browser.ts'
import { exampleReport } from './example-report.ts'

/** The difference of two profiles as its own page, which the report holds. */
function flameGraph() {
  const read = callFrame('onRead', 'src/dataplane/connection.ts', 12)
  const measured = (microseconds: number): MeasuredStacks => ({
    tree: readCpuProfile(cpuProfile([[[read], microseconds]])),
    frames: 1000,
    seconds: 1,
    quantum: 1000
  })
  const [before, after] = [measured(400), measured(100)]
  const paired = pairStacks(before, after, 'frames')
  const facts = { title: 'CPU', quantity: 'CPU per frame', unit: 'ns/frame', before: [], after: [], warnings: [] }
  return flameGraphPage(facts, difference(before, after, 'frames'), flameTree(paired.tree, paired.before, paired.after))
}

test('the report opens from a file without a request or a complaint, fits a telephone, and is used by keyboard', {
  skip: withoutBrowser,
  timeout: 120_000
}, async t => {
  const folder = await mkdtemp(join(tmpdir(), 'framelab-report-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'report.html')
  await writeFile(file, reportPage(exampleReport(), { flameGraph: flameGraph() }).html)
  const browser = await startBrowser(t)
  for (const colorScheme of ['light', 'dark'] as const) {
    const viewport = { width: 360, height: 800 }
    const { page, requests, complaints } = await openPage(browser, pathToFileURL(file).href, { viewport, colorScheme })
    const graph = page.frameLocator('iframe')
    await graph
      .getByRole('button', { name: /onRead/ })
      .first()
      .waitFor()
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360)
    assert.deepEqual(complaints, [])
    assert.deepEqual(
      [...requests].filter(url => !url.startsWith('about:')),
      [pathToFileURL(file).href]
    )

    // Statistics are behind a switch that the keyboard reaches first.
    const statistics = page.getByRole('columnheader', { name: 'p (Holm)' })
    assert.equal(await statistics.isVisible(), false)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await statistics.waitFor({ state: 'visible' })
    assert.equal(await page.locator('[role=img]:not([aria-label])').count(), 0)
    await page.close()
  }
})

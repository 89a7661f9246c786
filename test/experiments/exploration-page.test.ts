import assert from 'node:assert/strict'
import test from 'node:test'
import type { ExplorationReport } from '../../src/contract/exploration.ts'
import { presetSwitches } from '../../src/contract/optimizations.ts'
import { cellsOf } from '../../src/experiments/factorial/factorial-design.ts'
import { findings } from '../../src/experiments/factorial/findings.ts'
import { explorationPage } from '../../src/experiments/report/exploration-page.ts'
import { exampleBlocks, exampleReport } from './example-report.ts'

const switches = ['bufferedReader', 'coalescedWriter', 'packetPool'] as const

function example(fraction: 'full' | 'half'): ExplorationReport {
  const { environment, request, seed, createdAt, startedAt, finishedAt } = exampleReport()
  const designed = cellsOf(3, fraction)
  const rounds = [1, 2, 3].map(round =>
    designed.map(cell => (cell[0] === 1 ? 5 : 10) * (1 + 0.001 * round * (cell[1] ?? 0)))
  )
  const found = findings(rounds, { switches, fraction, marginPercent: 2 })
  return {
    ...{
      id: 'x1',
      state: 'done',
      progress: 1,
      sentence: found?.sentence ?? '',
      error: null,
      seed,
      createdAt,
      startedAt,
      finishedAt
    },
    remainingSeconds: null,
    request: {
      ...{ switches, fraction, rounds: 3, marginPercent: 2, blockSeconds: 2, washOutSeconds: 0.5, seed },
      ...{ load: request.load, label: '<i>' }
    },
    combinations: designed.map(cell => ({ ...presetSwitches('baseline'), bufferedReader: cell[0] === 1 })),
    findings: found,
    environment,
    command: 'framelab explore --seed 42',
    blocks: exampleBlocks(4).map(({ index, pair, arm, startedAt, seconds, frames, figures, excluded }) => ({
      ...{ index, round: pair, combination: arm, startedAt, seconds, frames, figures, excluded }
    }))
  }
}

test('the page of an exploration says what to switch on, draws every effect, and fetches nothing', () => {
  const { html } = explorationPage(example('full'))
  assert.match(html, /<p class="verdict">Best for CPU per frame: bufferedReader on/)
  assert.equal(html.match(/class="interval"/g)?.length, 6)
  assert.match(html, /bufferedReader × coalescedWriter/)
  assert.match(html, /framelab explore --seed 42/)
  assert.doesNotMatch(html, /<script|https?:|src=|<link|<i>/)
})

test('of a half fraction the page says what each effect cannot be told from', () => {
  const { html } = explorationPage(example('half'))
  assert.match(html, /not to be told from coalescedWriter × packetPool/)
  assert.match(html, /half of all/)
})

import assert from 'node:assert/strict'
import test from 'node:test'
import type { OptimizationName } from '../../src/contract/optimizations.ts'
import { cellsOf, type Fraction, type Level } from '../../src/experiments/factorial/factorial-design.ts'
import { findings } from '../../src/experiments/factorial/findings.ts'
import { Random } from '../support/random.ts'

const switches: OptimizationName[] = ['bufferedReader', 'coalescedWriter', 'packetPool']

/** Rounds of CPU per frame by a law of the combination, with so much noise. */
function rounds(cost: (on: readonly boolean[]) => number, count: number, noise: number, fraction: Fraction = 'full') {
  const random = new Random(11)
  return Array.from({ length: count }, () => {
    const drift = 1 + random.next()
    return cellsOf(switches.length, fraction).map(
      (cell: readonly Level[]) => drift * cost(cell.map(level => level === 1)) * (1 + noise * (random.next() - 0.5))
    )
  })
}

const options = { switches, fraction: 'full', marginPercent: 2 } as const

test('a switch that halves the cost is recommended, and one that changes nothing is listed as such', () => {
  const found = findings(
    rounds(([reader]) => (reader ? 5 : 10), 8, 0.02),
    options
  )
  assert.deepEqual(found?.recommended, { bufferedReader: true })
  assert.deepEqual(found?.makesNoDifference, ['coalescedWriter', 'packetPool'])
  assert.deepEqual(found?.undecided, [])
  assert.ok(Math.abs((found?.recommendedPercent ?? 0) + 50) < 1)
  assert.match(
    found?.sentence ?? '',
    /^Best for CPU per frame: bufferedReader on \(−(?:49|50)\.\d\s% against all off\)\. Makes no/
  )
})

test('an interaction is told as the ratio of the effects of one switch with the other on and off', () => {
  // The writer saves a fifth by itself, and half where the reader is on.
  const cost = ([reader, writer]: readonly boolean[]): number => 10 * (writer ? (reader ? 0.5 : 0.8) : 1)
  const found = findings(rounds(cost, 8, 0.01), options)
  const interaction = found?.effects.find(effect => effect.switches.join() === 'bufferedReader,coalescedWriter')
  assert.ok(Math.abs((interaction?.effectPercent ?? 0) - (0.5 / 0.8 - 1) * 100) < 1)
  assert.equal(interaction?.verdict, 'improved')
  assert.deepEqual(found?.recommended, { bufferedReader: true, coalescedWriter: true })
  assert.ok(Math.abs((found?.recommendedPercent ?? 0) + 50) < 1)
})

test('what noise hides is neither recommended nor called no difference', () => {
  const found = findings(
    rounds(() => 10, 2, 0.5),
    options
  )
  assert.deepEqual(found?.recommended, {})
  assert.deepEqual(found?.makesNoDifference, [])
  assert.deepEqual(found?.undecided, switches)
  assert.match(found?.sentence ?? '', /^No switch was found to matter.*Cannot tell: bufferedReader/)
})

test('in the half fraction every effect names its alias; one round tells nothing', () => {
  const found = findings(
    rounds(([reader]) => (reader ? 5 : 10), 4, 0.01, 'half'),
    { ...options, fraction: 'half' }
  )
  assert.deepEqual(
    found?.effects.map(({ aliasedWith }) => aliasedWith),
    [
      ['coalescedWriter', 'packetPool'],
      ['bufferedReader', 'packetPool'],
      ['bufferedReader', 'coalescedWriter']
    ]
  )
  assert.equal(
    findings(
      rounds(() => 1, 1, 0),
      options
    ),
    null
  )
})

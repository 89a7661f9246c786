import assert from 'node:assert/strict'
import test from 'node:test'
import { estimateEffects } from '../../src/experiments/factorial/effects.ts'
import { aliasOf, cellsOf, levelOf, termsOf } from '../../src/experiments/factorial/factorial-design.ts'
import { studentTwoSidedP, studentTwoSidedT } from '../../src/experiments/student-t.ts'

/**
 * The pilot plant of Box, Hunter and Hunter (Statistics for Experimenters, 2nd edition, section 5.2 to 5.5): temperature,
 * concentration, catalyst; yields of two runs in each of eight combinations in standard order.
 */
const pilotPlant = [
  [59, 74, 50, 69, 50, 81, 46, 79],
  [61, 70, 58, 67, 54, 85, 44, 81]
]

const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual}, not ${expected}`)

test("Student's t is that of the printed tables", () => {
  // Two-sided 5 %, 1 % and 10 %, as in every table of the distribution.
  for (const [p, degreesOfFreedom, t] of [
    [0.05, 1, 12.706],
    [0.05, 7, 2.365],
    [0.05, 8, 2.306],
    [0.01, 10, 3.169],
    [0.05, 30, 2.042],
    [0.1, 120, 1.658],
    [0.05, 1e6, 1.96]
  ] as const) {
    near(studentTwoSidedT(p, degreesOfFreedom), t, 5e-4)
    near(studentTwoSidedP(t, degreesOfFreedom), p, 1e-4)
  }
  assert.equal(studentTwoSidedP(0, 5), 1)
  assert.throws(() => studentTwoSidedP(1, 0), RangeError)
})

test('main effects, interactions and standard error of the pilot plant are those of the book', () => {
  const { effects, mean } = estimateEffects(cellsOf(3, 'full'), pilotPlant, termsOf(3, 'full'))
  assert.equal(mean, 64.25)
  const published = [
    [[0], 23],
    [[1], -5],
    [[2], 1.5],
    [[0, 1], 1.5],
    [[0, 2], 10],
    [[1, 2], 0]
  ]
  assert.deepEqual(
    effects.map(({ term, estimate }) => [[...term], estimate]),
    published
  )
  // The book pools the runs without blocks: the square root of 2; with the two rounds as blocks it is 1.40.
  for (const { standardError } of effects) near(standardError, Math.SQRT2, 0.02)
  const found = effects.filter(({ interval: [low, high] }) => low > 0 || high < 0).map(({ term }) => [...term])
  // Concentration is found by itself, and not among six.
  assert.deepEqual(found, [[0], [0, 2]])
})

test('the intervals of a family hold together: with six, each is at 99.2 %', () => {
  const { effects, degreesOfFreedom } = estimateEffects(cellsOf(3, 'full'), pilotPlant, termsOf(3, 'full'))
  const [first] = effects
  assert.equal(degreesOfFreedom, 7)
  const reach = (first?.interval[1] ?? 0) - (first?.estimate ?? 0)
  near(reach / (first?.standardError ?? 1), studentTwoSidedT(0.05 / 6, 7), 1e-9)
  assert.ok(effects.every(({ p, pHolm }) => pHolm >= p))
})

test('what slows a whole round changes no effect and is no noise', () => {
  const slowed = pilotPlant.map((round, index) => round.map(response => response + 100 * index))
  const plain = estimateEffects(cellsOf(3, 'full'), pilotPlant, termsOf(3, 'full'))
  const other = estimateEffects(cellsOf(3, 'full'), slowed, termsOf(3, 'full'))
  for (const [index, effect] of other.effects.entries()) {
    near(effect.estimate, plain.effects[index]?.estimate ?? 0, 1e-9)
    near(effect.standardError, plain.effects[index]?.standardError ?? 0, 1e-9)
  }
})

test('a half fraction has half of the cells, balanced, and measures each effect together with its alias', () => {
  for (const factors of [3, 4, 5]) {
    const cells = cellsOf(factors, 'half')
    assert.equal(cells.length, 2 ** (factors - 1))
    for (const term of termsOf(factors, 'half')) {
      assert.equal(
        cells.reduce((sum, cell) => sum + levelOf(term, cell), 0),
        0
      )
    }
  }
  const all = cellsOf(3, 'full')
  const half = cellsOf(3, 'half')
  const kept = half.map(cell => all.findIndex(other => other.join() === cell.join()))
  const ofHalf = estimateEffects(
    half,
    pilotPlant.map(round => kept.map(index => round[index] as number)),
    termsOf(3, 'half')
  )
  const ofAll = estimateEffects(all, pilotPlant, termsOf(3, 'full'))
  const whole = (term: readonly number[]): number =>
    ofAll.effects.find(effect => effect.term.join() === term.join())?.estimate ?? Number.NaN
  // Of three factors every interaction of two is the alias of a main effect: temperature 23 + 0, concentration -5 + 10.
  assert.deepEqual(
    ofHalf.effects.map(({ term }) => [...term]),
    [[0], [1], [2]]
  )
  for (const { term, estimate } of ofHalf.effects) near(estimate, whole(term) + whole(aliasOf(term, 3)), 1e-9)
})

test('of four factors in a half fraction, interactions come in pairs; of five, none is the alias of another', () => {
  assert.equal(termsOf(4, 'half').length, 4 + 3)
  assert.deepEqual(aliasOf([0, 1], 4), [2, 3])
  assert.equal(termsOf(5, 'half').length, 5 + 10)
  assert.equal(termsOf(4, 'full').length, 4 + 6)
})

test('one round, a missing cell or a response that is no number is refused', () => {
  const cells = cellsOf(2, 'full')
  const terms = termsOf(2, 'full')
  assert.throws(() => estimateEffects(cells, [[1, 2, 3, 4]], terms), /1 rounds/)
  assert.throws(
    () =>
      estimateEffects(
        cells,
        [
          [1, 2, 3, 4],
          [1, 2, 3]
        ],
        terms
      ),
    /every cell/
  )
  assert.throws(
    () =>
      estimateEffects(
        cells,
        [
          [1, 2, 3, 4],
          [1, 2, 3, Number.NaN]
        ],
        terms
      ),
    /finite/
  )
  const still = estimateEffects(
    cells,
    [
      [1, 2, 1, 2],
      [1, 2, 1, 2]
    ],
    terms
  )
  assert.deepEqual(
    still.effects.map(({ p }) => p),
    [0, 1, 1]
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ExperimentBlock, type ExperimentMetric, experimentMetrics } from '../../src/contract/experiment.ts'
import { comparePairs, comparePairsWithZeros } from '../../src/experiments/comparison.ts'
import { type Margins, verdictsOf } from '../../src/experiments/metric-verdicts.ts'
import { pairedSpread, rankCorrelation } from '../../src/experiments/paired-spread.ts'
import { selfTest } from '../../src/experiments/self-test.ts'
import { verdictSentence } from '../../src/experiments/verdict-sentence.ts'
import { seededRandom } from '../../src/telemetry/seeded-random.ts'

const lower = { lowerIsBetter: true, marginPercent: 2 }
const margins = Object.fromEntries(experimentMetrics.map(({ name }) => [name, 2])) as Margins
const gaussian = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

test('nothing against nothing is equivalent, without a ratio of nothing to nothing', () => {
  const zeros = [0, 0, 0, 0, 0, 0]
  assert.deepEqual(comparePairsWithZeros(zeros, zeros, lower), {
    verdict: 'equivalent',
    effectPercent: null,
    interval: null,
    p: 1,
    detectablePercent: null,
    cliffsDelta: 0,
    before: 0,
    after: 0,
    pairs: 6
  })
})

test('what goes to nothing is improved by all of it; what comes out of nothing is worse, by no percentage', () => {
  const some = [5, 6, 5, 7, 6, 5]
  const zeros = [0, 0, 0, 0, 0, 0]
  const gone = comparePairsWithZeros(some, zeros, lower)
  assert.equal(gone.verdict, 'improved')
  assert.equal(gone.effectPercent, -100)
  const come = comparePairsWithZeros(zeros, some, lower)
  assert.equal(come.verdict, 'regressed')
  assert.equal(come.effectPercent, null)
  assert.equal(comparePairsWithZeros(zeros, some, { ...lower, lowerIsBetter: false }).verdict, 'improved')
})

test('a collection now and then in blocks that mostly have none decides nothing', () => {
  const { verdict } = comparePairsWithZeros([0, 0, 0, 0, 4, 0, 0, 0], [0, 0, 3, 0, 0, 0, 0, 0], lower)
  assert.notEqual(verdict, 'improved')
  assert.notEqual(verdict, 'regressed')
})

test('whatever values there are, no figure is NaN', () => {
  const values = fc.array(fc.constantFrom(0, 0, 1, 2.5, 1e-9, 1e12), { minLength: 6, maxLength: 12 })
  fc.assert(
    fc.property(values, values, (before, after) => {
      const n = Math.min(before.length, after.length)
      const comparison = comparePairsWithZeros(before.slice(0, n), after.slice(0, n), lower)
      for (const value of [
        comparison.p,
        comparison.effectPercent,
        ...(comparison.interval ?? []),
        comparison.cliffsDelta
      ]) {
        assert.ok(value === null || !Number.isNaN(value))
      }
    })
  )
})

test('the smallest change that a run could have seen is found in four of five runs, however few its pairs', t => {
  const RUNS = 1000
  for (const pairs of [6, 8, 20]) {
    const random = seededRandom(pairs)
    const run = (change: number) => {
      const values = (factor: number): number[] =>
        Array.from({ length: pairs }, () => factor * Math.exp(0.02 * gaussian(random)))
      return comparePairs(values(1), values(1 + change), { lowerIsBetter: true, marginPercent: 0.1 })
    }
    const told = Array.from({ length: RUNS }, () => run(0).detectablePercent)
    const change = told.reduce((sum, percent) => sum + percent, 0) / RUNS / 100
    const found = Array.from({ length: RUNS }, () => run(change)).filter(
      ({ verdict }) => verdict === 'regressed'
    ).length
    t.diagnostic(`${pairs} pairs: ${(100 * change).toFixed(2)} %, found in ${found} of ${RUNS}`)
    assert.ok(found > 0.76 * RUNS && found < 0.84 * RUNS, `${pairs} pairs: ${found} of ${RUNS}`)
  }
})

test('unequal numbers, too few pairs, and values that are none are refused', () => {
  const six = [1, 2, 3, 4, 5, 6]
  assert.throws(() => comparePairs(six, [1], lower), /6 blocks before, but 1 after/)
  assert.throws(() => comparePairs([1, 2], [1, 2], lower), /fewer than 6/)
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, -1]) {
    assert.throws(() => comparePairsWithZeros([0, 2, 3, 4, 5, bad], six, lower), RangeError)
  }
  assert.throws(() => comparePairs([0, 2, 3, 4, 5, 6], six, lower), /not positive/)
})

// Hours of television and IQ of ten people: the worked example of Spearman's correlation in Wikipedia, with its t and p.
test("Spearman's correlation agrees with the published example", () => {
  const iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110]
  const hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17]
  const { rho, p } = rankCorrelation(iq, hours)
  assert.ok(Math.abs(rho - -29 / 165) < 1e-12)
  assert.ok(Math.abs(p - 0.627188) < 1e-5, `${p}`)
})

test('a pure change of spread is found, and equal spreads are called different no more often than they may be', t => {
  const runs = (scale: number, tail: boolean, drift: number): number =>
    Array.from({ length: 400 }, (_, run) => {
      const random = seededRandom(31 * run + 7)
      const noise = (): number => 0.02 * gaussian(random) + (tail && random() < 0.05 ? 0.2 * random() : 0)
      const before = Array.from({ length: 20 }, (_, pair) => noise() + drift * pair)
      const after = Array.from({ length: 20 }, (_, pair) => scale * noise() + drift * pair)
      return pairedSpread(before, after).p < 0.05
    }).filter(Boolean).length
  const found = runs(3, false, 0)
  t.diagnostic(`three times the spread: ${found} of 400`)
  assert.ok(found >= 320, `${found}`)
  for (const [what, count, most] of [
    ['plain', runs(1, false, 0), 31],
    // Outliers on one side cost a little: seven or eight in a hundred instead of five.
    ['heavy tails', runs(1, true, 0), 45],
    ['drift', runs(1, false, 0.01), 31]
  ] as const) {
    t.diagnostic(`equal spreads, ${what}: ${count} of 400 false alarms`)
    assert.ok(count <= most, `${what}: ${count}`)
  }
})

function blockOf(
  index: number,
  arm: number,
  figures: Partial<Record<ExperimentMetric, number | null>>
): ExperimentBlock {
  const none = Object.fromEntries(experimentMetrics.map(({ name }) => [name, null])) as ExperimentBlock['figures']
  return {
    index,
    pair: Math.floor(index / 2),
    arm,
    workers: [1],
    startedAt: '2026-01-02T03:04:05.678Z',
    seconds: 1,
    frames: 1000,
    figures: { ...none, ...figures },
    externalBytesPerFrame: null,
    excluded: null
  }
}

/** ABBA…, two arms whose CPU per frame differs by so much. */
function simulated(pairs: number, effect: number, seed: number): ExperimentBlock[] {
  const random = seededRandom(seed)
  return Array.from({ length: 2 * pairs }, (_, index) => {
    const arm = [0, 1, 1, 0][index % 4] as number
    const cpuPerFrame = (1 + effect * arm) * Math.exp(0.02 * gaussian(random))
    return blockOf(index, arm, { cpuPerFrame, p99: 100 * Math.exp(0.1 * gaussian(random)), errors: 0 })
  })
}

test('pairs with a block that is not used, or that lacks the figure, count for nothing; what nobody measured has no verdict', () => {
  const blocks = simulated(10, -0.5, 1)
  const before = verdictsOf(blocks, 0, 1, margins)
  assert.deepEqual(Object.keys(before), ['cpuPerFrame', 'p99', 'errors'])
  assert.equal(before.cpuPerFrame?.pairs, 10)
  assert.equal(before.cpuPerFrame?.verdict, 'improved')
  // Holm over three: the least p is tripled.
  assert.ok(Math.abs((before.cpuPerFrame?.pHolm ?? 0) - 3 * (before.cpuPerFrame?.p ?? 1)) < 1e-12)
  const [first, second, third, ...others] = blocks as [
    ExperimentBlock,
    ExperimentBlock,
    ExperimentBlock,
    ...ExperimentBlock[]
  ]
  const worse = [
    { ...first, excluded: 'too little traffic', figures: { ...first.figures, cpuPerFrame: 1e9 } },
    second,
    { ...third, figures: { ...third.figures, cpuPerFrame: null } },
    ...others
  ]
  const after = verdictsOf(worse, 0, 1, margins)
  assert.equal(after.cpuPerFrame?.pairs, 8)
  assert.equal(after.p99?.pairs, 9)
  assert.deepEqual(verdictsOf(blocks.slice(0, 10), 0, 1, margins), {}, 'five pairs are too few')
})

test('the self-test passes where arms differ and blocks of an arm do not, and fails where they do', t => {
  const passed = Array.from({ length: 400 }, (_, run) => {
    const blocks = simulated(20, -0.5, run)
    return selfTest(blocks, margins, seededRandom(run))?.passed
  }).filter(Boolean).length
  t.diagnostic(`${passed} of 400 healthy runs pass`)
  assert.ok(passed >= 388, `${passed}`)
  assert.equal(selfTest(simulated(5, 0, 1), margins, seededRandom(1)), null, 'four pairs of equal blocks are too few')
})

test('a self-test that fails says where, and not to trust the rest', () => {
  // Nothing is shuffled, and of every two blocks of an arm the larger one is that which is taken as "before".
  const unshuffled = (): number => 0.999999
  const blocks = [0, 1].flatMap(arm =>
    Array.from({ length: 20 }, (_, index) => {
      const isFirst = index % 2 === Math.floor(index / 2) % 2
      return blockOf(2 * index + arm, arm, { cpuPerFrame: (isFirst ? 1.5 : 1) + index / 1e6 })
    })
  )
  const outcome = selfTest(blocks, margins, unshuffled)
  assert.equal(outcome?.passed, false)
  assert.match(outcome?.sentence ?? '', /\(CPU per frame\): what it says of different arms is not to be trusted/)
  assert.equal(selfTest(blocks, margins, seededRandom(1))?.passed, true)
})

test('the sentence says what was found, or that nothing can be, and by how much', () => {
  const sentence = (effect: number, noise = 0.001): string => {
    const random = seededRandom(5)
    const blocks = Array.from({ length: 40 }, (_, index) => {
      const arm = [0, 1, 1, 0][index % 4] as number
      const value = (1 + effect * arm) * Math.exp(noise * gaussian(random))
      return blockOf(index, arm, { cpuPerFrame: value, p99: 100 * value })
    })
    return verdictSentence('before', 'after', verdictsOf(blocks, 0, 1, margins))
  }
  assert.match(
    sentence(-0.5),
    /^'after' is better than 'before': CPU per frame −50\.\d.%.*Better too: latency, 99th percentile −50/
  )
  assert.match(sentence(0.5), /^'after' is worse than 'before': CPU per frame \+(?:49|50)\.\d.%.*Worse: latency/)
  assert.match(sentence(0), /^'after' makes no difference against 'before': .* within the margin of 2 %\./)
  assert.match(sentence(0, 0.3), /^Cannot tell 'after' and 'before' apart: .* this run could have seen a change of \d+/)
  assert.match(verdictSentence('a', 'b', {}), /too few pairs/)
})

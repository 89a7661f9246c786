import assert from 'node:assert/strict'
import test from 'node:test'
import { fuzz } from './fuzz.ts'
import { found, isLong, limits, scaled } from './scale.ts'
import { targets } from './targets.ts'

/** Others in every long run; those of `npm test` are always the same. */
const seed = isLong ? Date.now() % 1_000_000_007 : 1
const progressEach = 100_000

for (const target of targets) {
  test(`${target.name}: whatever comes is understood as it should be or refused with an error of ours`, limits, () => {
    // Each configuration is a file.
    const inputs = target.name === 'configuration' ? scaled(1000, 200_000) : scaled(4000, 2_000_000)
    let told = 0
    const {
      blocks,
      corpus,
      inputs: tried
    } = fuzz(target, inputs, seed, isLong, triedSoFar => {
      if (!isLong || triedSoFar < told + progressEach) return
      told = triedSoFar
      process.stderr.write(`  ${target.name}: ${triedSoFar} of ${inputs} inputs\n`)
    })
    assert.ok(blocks > 10, `only ${blocks} blocks were seen: the coverage is of nothing`)
    assert.ok(tried >= inputs)
    found(
      'hostile input',
      `${target.name}: ${tried.toLocaleString('en-US')} inputs, seed ${seed}`,
      `no fault; ${blocks} blocks reached, ${corpus} inputs in the corpus`
    )
  })
}

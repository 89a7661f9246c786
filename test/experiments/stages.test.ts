import assert from 'node:assert/strict'
import test from 'node:test'
import { stagesOf } from '../../src/experiments/stages.ts'
import { exampleBlocks, exampleReport } from './example-report.ts'

test('stages are medians with their range, and ratios to the first stage of the same pair', () => {
  const blocks = exampleBlocks(4).map(block => {
    // The whole second pair is slow: its ratio is that of the others.
    const slow = block.pair === 1 ? 2 : 1
    const figures = {
      ...block.figures,
      cpuPerFrame: slow * (block.arm === 0 ? 10 : 5),
      gcPerMillionFrames: 100,
      framesPerSecond: 2e6
    }
    return { ...block, figures, excluded: null }
  })
  const [first, second] = stagesOf(exampleReport({ blocks }))
  assert.deepEqual(first?.figures.cpuMicrosecondsPerFrame, { median: 10, min: 10, max: 20 })
  assert.deepEqual(second?.figures.cpuMicrosecondsPerFrame, { median: 5, min: 5, max: 10 })
  assert.deepEqual(first?.ratioToFirst.cpuMicrosecondsPerFrame, { median: 1, min: 1, max: 1 })
  assert.deepEqual(second?.ratioToFirst.cpuMicrosecondsPerFrame, { median: 0.5, min: 0.5, max: 0.5 })
  assert.equal(first?.figures.gcMillisecondsPerSecond?.median, 200)
})

test('what was not measured is null, and a block that is not used has no part in it', () => {
  const blocks = exampleBlocks(2).map(block => ({ ...block, figures: { ...block.figures, p99: null } }))
  const [, second] = stagesOf(
    exampleReport({ blocks: blocks.map(block => ({ ...block, excluded: block.arm === 1 ? 'no traffic' : null })) })
  )
  assert.equal(second?.figures.framesPerSecond, null)
  assert.equal(stagesOf(exampleReport({ blocks }))[0]?.figures.p99Us, null)
})

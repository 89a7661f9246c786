import assert from 'node:assert/strict'
import test from 'node:test'
import type { ExperimentReport } from '../../src/contract/experiment.ts'
import type { Stage } from '../../src/experiments/stages.ts'
import { eventually } from './support/eventually.ts'
import { startFramelab } from './support/processes.ts'

const limits = { timeout: 120_000 }

test('demo measures the three stages as one experiment and says how far apart they are', limits, async t => {
  const program = startFramelab(t, ['demo', '--block', '200ms', '--connections', '4', '--in-flight', '20', '--json'])
  const { code, stdout, stderr } = await program.ended
  assert.equal(code, 0, stderr)
  const { stages, experiment } = JSON.parse(stdout) as { stages: Stage[]; experiment: ExperimentReport }
  assert.deepEqual(
    stages.map(({ name }) => name),
    ['baseline', 'buffered', 'pooled']
  )
  const ratio = stages.at(-1)?.ratioToFirst.cpuMicrosecondsPerFrame
  assert.ok(ratio != null && ratio.median < 0.5, JSON.stringify(ratio))
  assert.equal(experiment.comparisons.length, 2)
  assert.equal(experiment.blocks.length, 18)
  assert.equal(program.groupAlive, false)
})

test('demo stops everything on Ctrl-C', limits, async t => {
  const program = startFramelab(t, ['demo', '--connections', '4'])
  await eventually('the first block', () => /%: /.test(program.stderr))
  program.signal('SIGINT')
  const { code, stdout, stderr } = await program.ended
  assert.equal(code, 130, stderr)
  assert.equal(stdout, '')
  assert.equal(program.groupAlive, false)
})

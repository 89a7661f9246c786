import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import type { FreshConfirmation } from '../../src/contract/confirmation.ts'
import type { ExperimentReport } from '../../src/contract/experiment.ts'
import type { Gate } from '../../src/experiments/gate.ts'
import { temporaryFolder } from './support/checkout.ts'
import { eventually } from './support/eventually.ts'
import { type Ended, startFramelab } from './support/processes.ts'
import { startServer } from './support/server.ts'

const limits = { timeout: 240_000 }
const quick = [
  '--pairs',
  '6',
  '--block-seconds',
  '0.2',
  '--wash-out-seconds',
  '0.1',
  '--connections',
  '4',
  '--in-flight',
  '20'
]

type Result = ExperimentReport & { readonly confirmation: FreshConfirmation | null; readonly gate: Gate | null }

function compare(t: TestContext, ...args: string[]): Promise<Ended> {
  return startFramelab(t, ['compare', ...args, '--workers', '1', ...quick, '--json']).ended
}

test(
  'compare says that buffering is better, writes its reports, and holds a later run against what was saved',
  limits,
  async t => {
    const folder = temporaryFolder(t)
    const page = join(folder, 'report.html')
    const first = await compare(t, 'baseline', 'buffered', '--seed', '42', '--confirm', 'fresh', '--report', page)
    assert.equal(first.code, 0, first.stderr)
    const result = JSON.parse(first.stdout) as Result
    assert.equal(result.state, 'done')
    assert.equal(result.seed, 42)
    assert.equal(result.verdicts.cpuPerFrame?.verdict, 'improved')
    assert.ok((result.verdicts.cpuPerFrame?.effectPercent ?? 0) < -50, result.sentence)
    assert.ok(result.selfTest !== null)
    const fresh = result.confirmation?.comparisons[0]?.fresh
    assert.equal(fresh?.verdict, 'improved')
    assert.equal(result.confirmation?.blocks.length, 12)
    const html = readFileSync(page, 'utf8')
    assert.match(html, /In fresh processes/)
    assert.match(html, /--seed 42/)

    // Saved as if the arm had cost a tenth: a regression that no noise explains.
    const saved = join(folder, 'saved.json')
    const cheaper = result.blocks.map(block => {
      const cpuPerFrame = (block.figures.cpuPerFrame ?? 0) / (block.arm === 1 ? 10 : 1)
      return { ...block, figures: { ...block.figures, cpuPerFrame } }
    })
    writeFileSync(saved, JSON.stringify({ ...result, blocks: cheaper }))
    const gated = await compare(t, 'baseline', 'buffered', '--no-self-test', '--against', saved)
    assert.equal(gated.code, 1, gated.stderr)
    assert.equal((JSON.parse(gated.stdout) as Result).gate?.outcome, 'regressed')

    // No server, no result: that is no regression.
    const nothing = await compare(t, 'baseline', 'buffered', '--url', 'http://127.0.0.1:9', '--against', saved)
    assert.equal(nothing.code, 2, nothing.stderr)
    assert.match(nothing.stderr, /is 'framelab serve' running/)
  }
)

test('compare is cancelled by Ctrl-C, on the running server too, whose switches come back', limits, async t => {
  const server = await startServer(t, ['--workers', '1', '--preset', 'buffered'])
  const inForce = async (): Promise<string> => {
    const answer = await fetch(`${server.url}/api/v1/optimizations`)
    const { optimizations } = (await answer.json()) as { optimizations: { name: string; enabled: boolean }[] }
    return JSON.stringify(optimizations)
  }
  const before = await inForce()
  const flags = ['--url', server.url, '--pairs', '100', '--block-seconds', '0.2', '--connections', '2']
  const program = startFramelab(t, ['compare', 'baseline', 'pooled', ...flags])
  await eventually('an arm in force', async () => (await inForce()) !== before)
  program.signal('SIGINT')
  const { code, stderr } = await program.ended
  assert.equal(code, 130, stderr)
  assert.equal(await inForce(), before)
})

test('compare refuses what cannot be, in one sentence, with exit code 2', limits, async t => {
  const spoilt = join(temporaryFolder(t), 'spoilt.json')
  writeFileSync(spoilt, '{"state":"done"}')
  for (const [args, said] of [
    [['compare', 'baseline'], /missing required argument 'after'/],
    [['compare', 'fast', 'pooled'], /must be a preset/],
    [['compare', 'baseline', 'pooled', '--pairs', '5'], /from 6 to 200/],
    [['compare', 'baseline', 'pooled', '--guard', 'cpu=1'], /NAME one of errorRate/],
    [['compare', 'baseline', 'pooled', '--against', '/no/such/file'], /cannot be read: ENOENT/],
    [['compare', 'baseline', 'pooled', '--against', spoilt], /no result of 'framelab compare --json': arms/],
    [['compare', 'baseline', 'pooled', '--confirm', 'fresh', '--url', 'http://127.0.0.1:9'], /does not go with --url/]
  ] as const) {
    const { code, stderr } = await startFramelab(t, args).ended
    assert.equal(code, 2, stderr)
    assert.match(stderr, said)
    assert.doesNotMatch(stderr, /\n\s+at /)
  }
})

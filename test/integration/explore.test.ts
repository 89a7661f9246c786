import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { ExplorationReport } from '../../src/contract/exploration.ts'
import { temporaryFolder } from './support/checkout.ts'
import { eventually } from './support/eventually.ts'
import { startFramelab } from './support/processes.ts'
import { startServer } from './support/server.ts'

const limits = { timeout: 120_000 }
const quick = [
  '--rounds',
  '4',
  '--block-seconds',
  '0.3',
  '--wash-out-seconds',
  '0.1',
  '--connections',
  '4',
  '--in-flight',
  '20'
]

test('explore finds on a server of its own that reading in one go is cheaper, and writes a page', limits, async t => {
  const report = join(temporaryFolder(t), 'explore.html')
  const args = [
    'explore',
    'bufferedReader',
    'coalescedWriter',
    '--workers',
    '1',
    ...quick,
    '--report',
    report,
    '--json'
  ]
  const program = startFramelab(t, args)
  const { code, stdout, stderr } = await program.ended
  assert.equal(code, 0, stderr)
  const result = JSON.parse(stdout) as ExplorationReport
  assert.equal(result.state, 'done')
  assert.equal(result.blocks.length, 16)
  assert.equal(result.findings?.recommended.bufferedReader, true, result.sentence)
  // Each combination was in force: two reads a frame without the buffer, far fewer with it.
  for (const { combination, figures } of result.blocks) {
    const isBuffered = result.combinations[combination]?.bufferedReader === true
    assert.ok(isBuffered ? (figures.readsPerFrame ?? 2) < 1 : (figures.readsPerFrame ?? 0) > 1.9)
  }
  assert.match(stderr, /Round 4 of 4/)
  assert.match(readFileSync(report, 'utf8'), /Best for CPU per frame/)
  assert.equal(program.groupAlive, false)
})

test('explore is cancelled by Ctrl-C, on the running server too, whose switches come back', limits, async t => {
  const server = await startServer(t, ['--workers', '1', '--preset', 'buffered'])
  const optimizations = async (): Promise<string> => {
    const answer = await fetch(`${server.url}/api/v1/optimizations`)
    const { optimizations: all, layers } = (await answer.json()) as { optimizations: object; layers: object[] }
    return JSON.stringify([all, layers])
  }
  const before = await optimizations()
  const flags = ['--url', server.url, '--rounds', '50', '--block-seconds', '0.2', '--connections', '2']
  const program = startFramelab(t, ['explore', 'bufferedReader', 'packetPool', ...flags])
  await eventually('another combination in force', async () => (await optimizations()) !== before)
  program.signal('SIGINT')
  const { code, stderr } = await program.ended
  assert.equal(code, 130, stderr)
  assert.match(stderr, /Cancelled/)
  assert.equal(await optimizations(), before)
})

test('explore says what cannot be', limits, async t => {
  for (const [args, said] of [
    [['explore', 'ackPool'], /needs 2 switches or more/],
    [['explore', 'ackPool', 'noDelay', '--half'], /needs 3 switches or more/],
    [['explore', 'ackPool', 'ackPool'], /named twice/],
    [['explore', 'pool', 'ackPool'], /must be one of bufferedReader/]
  ] as const) {
    const { code, stderr } = await startFramelab(t, args).ended
    assert.equal(code, 2, stderr)
    assert.match(stderr, said)
    assert.doesNotMatch(stderr, /\n\s+at /)
  }
})

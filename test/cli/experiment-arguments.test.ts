import assert from 'node:assert/strict'
import test from 'node:test'
import { armArgument, distinctArms } from '../../src/cli/experiment/arm-argument.ts'
import { anotherGuard, anotherMargin } from '../../src/cli/experiment/experiment-flags.ts'

test('an arm is a preset, or a list of switches', () => {
  assert.deepEqual(armArgument('pooled'), { name: 'pooled', preset: 'pooled' })
  assert.deepEqual(armArgument('bufferedReader=on, packetPool=off'), {
    name: 'bufferedReader=on,packetPool=off',
    switches: { bufferedReader: true, packetPool: false }
  })
  for (const [text, rule] of [
    ['fast', /preset \(baseline, buffered, pooled\)/],
    ['pool=on', /list such as/],
    ['bufferedReader', /list such as/],
    ['bufferedReader=on,', /list such as/],
    ['ackPool=on,ackPool=off', /twice what ackPool/]
  ] as const) {
    assert.throws(() => armArgument(text), { code: 'commander.invalidArgument', message: rule })
  }
})

test('an arm against itself keeps two names', () => {
  assert.deepEqual(
    distinctArms(armArgument('pooled'), armArgument('pooled')).map(({ name }) => name),
    ['pooled', 'pooled again']
  )
})

test('margins are for all metrics or for one, and later ones win', () => {
  const margins = anotherMargin('p99=10', anotherMargin('3'))
  assert.equal(margins.cpuPerFrame, 3)
  assert.equal(margins.p99, 10)
  for (const text of ['cpu=3', '0.01', '-1', 'p99=', '80'])
    assert.throws(() => anotherMargin(text), { code: 'commander.invalidArgument' })
})

test('guards are numbers by name, or off', () => {
  assert.deepEqual(anotherGuard('errorRate=off', anotherGuard('p99Factor=2.5')), { p99Factor: 2.5, errorRate: null })
  assert.throws(() => anotherGuard('cpu=1'), /NAME one of errorRate, p99Factor/)
})

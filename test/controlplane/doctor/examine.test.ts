import assert from 'node:assert/strict'
import { test } from 'node:test'
import { optimizationNames, presetSwitches, type Switches } from '../../../src/contract/optimizations.ts'
import { refusalReasons } from '../../../src/contract/reasons.ts'
import type { ServerReport, WorkerRates, WorkerReport } from '../../../src/contract/server-report.ts'
import type { ConnectionInfo } from '../../../src/contract/snapshot.ts'
import { examine } from '../../../src/controlplane/doctor/examine.ts'
import type { Finding, Observation } from '../../../src/controlplane/doctor/finding.ts'
import { SwitchLayers } from '../../../src/workers/switch-layers.ts'
import { labApp } from '../lab-app.ts'
import { MemoryLab } from '../memory-lab.ts'

interface Seen {
  /** Of both workers, or of worker 1 alone. */
  readonly rates?: Partial<WorkerRates>
  readonly ratesOfOne?: Partial<WorkerRates>
  readonly worker?: Partial<WorkerReport>
  readonly off?: Partial<Switches>
  /** Off on worker 2 alone. */
  readonly offOnTwo?: Partial<Switches>
  readonly refused?: Partial<ServerReport['totals']['refused']>
  readonly options?: ServerReport['options']
  /** Of the connection that is stalled most. */
  readonly stalled?: Pick<ConnectionInfo, 'stalledSeconds' | 'ageSeconds'>
}

/** A server of two busy workers with everything on, where all is well but for what is given. */
async function seen({
  rates,
  ratesOfOne,
  worker,
  off,
  offOnTwo,
  refused,
  options = {},
  stalled
}: Seen): Promise<Observation> {
  const lab = new MemoryLab()
  const report = await lab.report()
  const nothing = Object.fromEntries(refusalReasons.map(reason => [reason, 0])) as ServerReport['totals']['refused']
  const layers = new SwitchLayers([1, 2], { ...presetSwitches('pooled'), ...off })
  if (offOnTwo !== undefined) layers.changeBase([2], offOnTwo)
  const workers = report.workers.map(one => ({
    ...one,
    state: 'running' as const,
    crashes: 0,
    ...(one.id === 1 ? worker : {}),
    rates: { ...lab.rates, ...rates, ...(one.id === 1 ? ratesOfOne : {}) }
  }))
  const totals = { ...report.totals, refused: { ...nothing, ...refused } }
  lab.addConnections(1)
  const [slowest = null] =
    stalled === undefined ? [] : [...lab.connections.values()].map(one => ({ ...one, ...stalled }))
  return { report: { ...report, workers, totals, options }, optimizations: layers.report(), slowest }
}

const rulesOf = async (what: Seen): Promise<string[]> => examine(await seen(what)).map(({ rule }) => rule)

test('of a server where all is well, there is nothing to say', async () => {
  assert.deepEqual(await rulesOf({}), [])
})

test('of a server without traffic, there is nothing to say, whatever its switches and options are', async () => {
  const off = presetSwitches('baseline')
  const rates = {
    framesReceivedPerSecond: 0,
    readsPerFrame: 0,
    writesPerFrame: 0,
    cpuMicrosecondsPerFrame: 0,
    bytesReceivedPerSecond: 0,
    bytesSentPerSecond: 0,
    gcMillisecondsPerSecond: 30
  }
  const offOnTwo = { noDelay: false }
  assert.deepEqual(await rulesOf({ rates, off, offOnTwo, options: { poolGuard: true } }), [])
})

/** Each rule on both sides of its threshold, and where its switch is on. */
const edges: readonly [rule: string, beyond: Seen, notYet: Seen][] = [
  [
    'exact-reads',
    { off: { bufferedReader: false }, rates: { readsPerFrame: 1.5 } },
    { off: { bufferedReader: false }, rates: { readsPerFrame: 1.49 } }
  ],
  [
    'exact-reads',
    { off: { bufferedReader: false }, rates: { readsPerFrame: 2, framesReceivedPerSecond: 100 } },
    { off: { bufferedReader: false }, rates: { readsPerFrame: 2, framesReceivedPerSecond: 99 } }
  ],
  ['exact-reads', { off: { bufferedReader: false }, rates: { readsPerFrame: 2 } }, { rates: { readsPerFrame: 2 } }],
  [
    'write-per-ack',
    { off: { coalescedWriter: false }, rates: { writesPerFrame: 0.9, readsPerFrame: 0.5 } },
    { off: { coalescedWriter: false }, rates: { writesPerFrame: 0.89, readsPerFrame: 0.5 } }
  ],
  [
    'write-per-ack',
    { off: { coalescedWriter: false }, rates: { writesPerFrame: 1, readsPerFrame: 0.5 } },
    { off: { coalescedWriter: false }, rates: { writesPerFrame: 1, readsPerFrame: 0.51 } }
  ],
  [
    'write-per-ack',
    { off: { coalescedWriter: false }, rates: { writesPerFrame: 1, readsPerFrame: 0.1 } },
    { off: { coalescedWriter: false, bufferedReader: false }, rates: { writesPerFrame: 1, readsPerFrame: 0.1 } }
  ],
  [
    'packets-not-pooled',
    { off: { packetPool: false }, rates: { gcMillisecondsPerSecond: 20 } },
    { off: { packetPool: false }, rates: { gcMillisecondsPerSecond: 19.9 } }
  ],
  [
    'acks-not-pooled',
    { off: { ackPool: false }, rates: { gcMillisecondsPerSecond: 20 } },
    { off: { ackPool: false }, rates: { gcMillisecondsPerSecond: 19.9 } }
  ],
  [
    'small-writes-held-back',
    {
      off: { noDelay: false },
      rates: { framesReceivedPerSecond: 1000, writesPerFrame: 1, bytesSentPerSecond: 1_447_000 }
    },
    {
      off: { noDelay: false },
      rates: { framesReceivedPerSecond: 1000, writesPerFrame: 1, bytesSentPerSecond: 1_448_000 }
    }
  ],
  [
    'small-writes-held-back',
    { off: { noDelay: false }, rates: { writesPerFrame: 1 } },
    { off: { noDelay: false }, rates: { writesPerFrame: 0, bytesSentPerSecond: 0 } }
  ],
  ['worker-crashed', { worker: { crashes: 1 } }, { worker: { crashes: 0, restarts: 5 } }],
  [
    'peer-reads-slowly',
    { stalled: { stalledSeconds: 1, ageSeconds: 10 } },
    { stalled: { stalledSeconds: 0.99, ageSeconds: 1 } }
  ],
  [
    'peer-reads-slowly',
    { stalled: { stalledSeconds: 10, ageSeconds: 100 } },
    { stalled: { stalledSeconds: 10, ageSeconds: 101 } }
  ],
  ['loop-saturated', { ratesOfOne: { loopUse: 0.91 } }, { ratesOfOne: { loopUse: 0.9 } }],
  ['pool-guard-on', { options: { poolGuard: true } }, { options: { poolGuard: false } }],
  ['switches-mixed', { offOnTwo: { packetPool: false } }, { off: { packetPool: false } }],
  [
    'switches-mixed',
    { offOnTwo: { packetPool: false } },
    { offOnTwo: { packetPool: false }, ratesOfOne: { framesReceivedPerSecond: 0 } }
  ],
  ...refusalReasons.map((reason): [string, Seen, Seen] => [
    `refused-${reason.replaceAll('_', '-')}`,
    { refused: { [reason]: 1 } },
    { refused: { [reason]: 0 } }
  ])
]
for (const [rule, beyond, notYet] of edges) {
  test(`${rule} is found with ${JSON.stringify(beyond)}, and not with ${JSON.stringify(notYet)}`, async () => {
    const found = await rulesOf(beyond)
    assert.ok(found.includes(rule), found.join())
    assert.ok(!(await rulesOf(notYet)).includes(rule))
  })
}

test('a finding names the workers it holds for, with their figures, and tries its advice on them alone', async () => {
  const [finding] = examine(await seen({ off: { bufferedReader: false }, ratesOfOne: { readsPerFrame: 1.984 } }))
  const expected: Finding = {
    rule: 'exact-reads',
    severity: 'hint',
    summary: '1.98 reads per frame: each frame is fetched piece by piece.',
    advice: 'Try bufferedReader: one read brings all the frames that have come.',
    workers: [1],
    evidence: [
      { worker: 1, name: 'readsPerFrame', value: 1.984 },
      { worker: 1, name: 'framesReceivedPerSecond', value: 500.25 }
    ],
    trial: {
      method: 'PATCH',
      path: '/api/v1/optimizations',
      body: { bufferedReader: true, workers: [1], ttlSeconds: 60, reason: 'doctor: exact-reads' }
    }
  }
  assert.deepEqual(finding, expected)
})

test('what holds for all workers is tried on all', async () => {
  const [finding] = examine(await seen({ off: { packetPool: false }, rates: { gcMillisecondsPerSecond: 50 } }))
  assert.deepEqual(finding?.workers, [1, 2])
  assert.deepEqual(finding?.trial?.body, { packetPool: true, ttlSeconds: 60, reason: 'doctor: packets-not-pooled' })
})

test('a worker that has died and is not back is critical, and comes first', async () => {
  const what: Seen = {
    worker: { crashes: 2, state: 'restarting' },
    off: { bufferedReader: false },
    rates: { readsPerFrame: 2 }
  }
  const findings = examine(await seen(what))
  assert.deepEqual(
    findings.map(({ severity }) => severity),
    ['critical', 'hint']
  )
  assert.match(findings[0]?.summary ?? '', /^2 times a process of a worker has died, and one is not back yet\.$/)
})

const everything: Seen = {
  off: Object.fromEntries(optimizationNames.map(name => [name, false])),
  offOnTwo: { bufferedReader: true },
  rates: { readsPerFrame: 2, writesPerFrame: 1, gcMillisecondsPerSecond: 50, loopUse: 0.95 },
  worker: { crashes: 1 },
  refused: Object.fromEntries(refusalReasons.map(reason => [reason, 3])),
  options: { poolGuard: true },
  stalled: { stalledSeconds: 60, ageSeconds: 61 }
}

test('every finding says what, why and what to do, rests on figures, and its trial is a request that is answered', async t => {
  const { ask, lab } = await labApp(t)
  const observation = await seen(everything)
  lab.report = async () => observation.report
  lab.optimizations = () => observation.optimizations
  if (observation.slowest !== null) lab.connections.set(observation.slowest.id, observation.slowest)
  const received = await ask('GET', '/api/v1/doctor')
  assert.equal(received.status, 200)
  const { total, items } = received.json<{ total: number; items: Finding[] }>()
  assert.equal(total, items.length)
  assert.ok(total >= 15)
  for (const { rule, summary, advice, evidence, trial } of items) {
    assert.match(summary, /^[A-Z0-9].*\.$/, rule)
    assert.match(advice, /^[A-Z].*[.?]$/, rule)
    assert.ok(evidence.length > 0 && evidence.every(({ value }) => Number.isFinite(value)), rule)
    if (trial === null) continue
    const { status } = await ask(trial.method, trial.path, trial.body === null ? {} : { body: trial.body })
    assert.equal(status, 200, rule)
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AuditEntry } from '../../src/contract/audit.ts'
import { presetSwitches } from '../../src/contract/optimizations.ts'
import type { OptimizationsReport } from '../../src/contract/server-report.ts'
import { eventually, LabProcess } from '../support/lab-process.ts'
import { type Behaviour, Probe } from '../support/probe.ts'
import { SwitchModel, switchSteps } from '../support/switch-model.ts'

async function probesOfBoth(lab: LabProcess): Promise<[Probe, Probe]> {
  const probes = [await Probe.connect(lab), await Probe.connect(lab)].sort((a, b) => a.worker - b.worker)
  assert.deepEqual(
    probes.map(({ worker }) => worker),
    [1, 2]
  )
  return probes as [Probe, Probe]
}

function reportedOn({ optimizations }: OptimizationsReport, worker: number): Behaviour {
  const value = (name: string): boolean => optimizations.find(one => one.name === name)?.workers[worker] === true
  return {
    bufferedReader: value('bufferedReader'),
    coalescedWriter: value('bufferedReader') && value('coalescedWriter')
  }
}

test('a change with a ttl works on live connections, ends by itself, and gives back what is under it', async t => {
  const lab = await LabProcess.start(t, '--workers', '2', '--preset', 'buffered', '--log-level', 'warn')
  const [first, second] = await probesOfBoth(lab)
  const on = { bufferedReader: true, coalescedWriter: true }
  assert.deepEqual(await second.behaviour(), on)

  const change = { bufferedReader: false, workers: [2], ttlSeconds: 1, by: 'ada', reason: 'a trial' }
  const answer = await lab.ask('PATCH', '/optimizations', change)
  assert.equal(answer.status, 200)
  assert.deepEqual(await first.behaviour(), on)
  assert.deepEqual(await second.behaviour(), { bufferedReader: false, coalescedWriter: false })
  // Underneath, meanwhile: it shows once the layer has ended.
  await lab.ask('PATCH', '/optimizations', { coalescedWriter: false, workers: [2] })

  await eventually(
    'the layer has ended',
    async () => (await lab.get<OptimizationsReport>('/optimizations')).layers.length === 0
  )
  await eventually('the worker reads in large pieces again', async () => (await second.behaviour()).bufferedReader)
  assert.deepEqual(await second.behaviour(), { bufferedReader: true, coalescedWriter: false })
  assert.deepEqual(await first.behaviour(), on)

  const { items } = await lab.get<{ items: AuditEntry[] }>('/audit')
  assert.deepEqual(
    items.map(({ cause, by, reason }) => [cause, by, reason]),
    [
      ['ttl', 'framelab', 'layer 1 of ada has ended'],
      ['patch', '127.0.0.1', null],
      ['patch', 'ada', 'a trial']
    ]
  )
})

test('of two changes made at one revision, the second is refused and changes nothing', async t => {
  const lab = await LabProcess.start(t, '--workers', '1', '--log-level', 'warn')
  const etag = (await lab.ask('GET', '/optimizations')).headers.get('etag') ?? ''
  const headers = { 'if-match': etag }
  const answers = await Promise.all([
    lab.ask('PATCH', '/optimizations', { packetPool: false }, headers),
    lab.ask('PATCH', '/optimizations', { ackPool: false }, headers)
  ])
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412])
  const { revision } = await lab.get<OptimizationsReport>('/optimizations')
  assert.equal(`"${revision}"`, answers.find(({ ok }) => ok)?.headers.get('etag'))
})

test('after any sequence of changes and ends, workers do what is reported, and what a model says', async t => {
  const lab = await LabProcess.start(t, '--workers', '2', '--preset', 'pooled', '--log-level', 'warn')
  const probes = await probesOfBoth(lab)
  const steps = fc.sample(switchSteps([1, 2], 12), { numRuns: 4, seed: 20_261 }).flat()
  const model = new SwitchModel([1, 2], presetSwitches('pooled'))
  for (const step of steps) {
    const { layers } = await lab.get<OptimizationsReport>('/optimizations')
    if (step.type === 'delete' && layers.length > 0) {
      await lab.ask('DELETE', `/optimizations/layers/${layers[step.place % layers.length]?.id}`)
      model.delete(step.place)
    } else if (step.type === 'change' && Object.keys(step.switches).length > 0) {
      // Long enough to be ended by a DELETE only, of which there are plenty.
      const ttl = step.ttlMs === null ? {} : { ttlSeconds: 3600 }
      await lab.ask('PATCH', '/optimizations', { ...step.switches, workers: step.workers, ...ttl })
      model.change({ ...step, ttlMs: step.ttlMs === null ? null : 3_600_000 }, 0)
    }
    const report = await lab.get<OptimizationsReport>('/optimizations')
    const reported = [1, 2].map(worker =>
      Object.fromEntries(report.optimizations.map(({ name, workers }) => [name, workers[worker]]))
    )
    assert.deepEqual(reported, model.inForce(0))
    for (const probe of probes) assert.deepEqual(await probe.behaviour(), reportedOn(report, probe.worker))
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AuditEntry } from '../../src/contract/audit.ts'
import { presetSwitches } from '../../src/contract/optimizations.ts'
import type { OptimizationsReport, WorkerReport } from '../../src/contract/server-report.ts'
import { eventually, LabProcess } from '../support/lab-process.ts'
import { type Behaviour, Probe } from '../support/probe.ts'
import { SwitchModel, type SwitchStep, switchSteps } from '../support/switch-model.ts'

/** One on each worker: whoever is free takes the next connection, so it may take a few. */
async function probesOfBoth(lab: LabProcess): Promise<[Probe, Probe]> {
  const probes = new Map<number, Probe>()
  await eventually('a connection on each worker', async () => {
    const probe = await Probe.connect(lab)
    probes.set(probe.worker, probe)
    return probes.size === 2
  })
  return [probes.get(1) as Probe, probes.get(2) as Probe]
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

type Restart = { readonly type: 'restart'; readonly isAsked: boolean }

/** Both workers get new processes: asked to in turn, or because theirs were killed. */
async function restart(lab: LabProcess, isAsked: boolean): Promise<[Probe, Probe]> {
  const workersOf = async () => (await lab.get<{ items: WorkerReport[] }>('/workers')).items
  const before = await workersOf()
  if (isAsked) await lab.ask('POST', '/workers/restart')
  else for (const { pid } of before) process.kill(pid as number, 'SIGKILL')
  await eventually('both workers have new processes', async () =>
    (await workersOf()).every(
      ({ id, state, restarts }) => state === 'running' && restarts > (before[id - 1]?.restarts ?? 0)
    )
  )
  return await probesOfBoth(lab)
}

test('after any sequence of changes, ends and restarts, workers do what is reported, and what a model says', async t => {
  const lab = await LabProcess.start(t, '--workers', '2', '--preset', 'pooled', '--log-level', 'warn')
  let probes = await probesOfBoth(lab)
  const steps: (SwitchStep | Restart)[] = fc
    .sample(switchSteps([1, 2], 12), { numRuns: 4, seed: 20_261 })
    .flatMap((sequence, index) => [...sequence, { type: 'restart', isAsked: index % 2 === 0 }])
  const model = new SwitchModel([1, 2], presetSwitches('pooled'))
  for (const step of steps) {
    const { layers } = await lab.get<OptimizationsReport>('/optimizations')
    if (step.type === 'restart') probes = await restart(lab, step.isAsked)
    else if (step.type === 'delete' && layers.length > 0) {
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

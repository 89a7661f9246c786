import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OptimizationsReport, ServerReport, WorkerReport } from '../../src/contract/server-report.ts'
import { ACK_BYTES, submitAcks, submits } from '../support/frames.ts'
import { eventually, LabProcess } from '../support/lab-process.ts'
import { Peer } from '../support/peer.ts'
import { Probe } from '../support/probe.ts'

const workersOf = async (lab: LabProcess): Promise<WorkerReport[]> =>
  (await lab.get<{ items: WorkerReport[] }>('/workers')).items

/** Connects, is answered, and leaves, again and again, until told to stop; keeps one connection per worker besides. */
async function traffic(lab: LabProcess, isOver: () => boolean): Promise<{ rounds: number; faults: string[] }> {
  const faults: string[] = []
  let rounds = 0
  while (!isOver()) {
    try {
      const peer = (await Peer.connect(lab.framePort)).read()
      const acks = await peer.ask(submits(3), 3 * ACK_BYTES)
      if (!acks.equals(submitAcks(3))) faults.push('wrong acks')
      peer.end()
      await peer.untilClosed()
      rounds++
    } catch (error) {
      faults.push(String(error))
    }
  }
  return { rounds, faults }
}

test('all workers are restarted under traffic, and nobody else notices', async t => {
  const lab = await LabProcess.start(t, '--workers', '2', '--log-level', 'warn')
  const pids = (await workersOf(lab)).map(({ pid }) => pid)
  let isOver = false
  const running = traffic(lab, () => isOver)
  let frames = 0
  assert.equal((await lab.ask('POST', '/workers/restart')).status, 202)
  assert.equal((await lab.ask('POST', '/workers/1/restart')).status, 409)
  await eventually('all workers are restarted', async () => {
    const { totals, workers } = await lab.get<ServerReport>('/server')
    assert.ok(totals.framesReceived >= frames, 'a total went down')
    frames = totals.framesReceived
    return workers.every(({ state, restarts }) => state === 'running' && restarts === 1)
  })
  isOver = true
  const { rounds, faults } = await running
  assert.deepEqual(faults, [])
  assert.ok(rounds > 0)

  const workers = await workersOf(lab)
  assert.deepEqual(
    workers.map(({ crashes }) => crashes),
    [0, 0]
  )
  for (const { pid } of workers) assert.ok(!pids.includes(pid))
  const { totals } = await lab.get<ServerReport>('/server')
  assert.equal(totals.framesReceived, 3 * rounds)
  assert.equal(totals.framesSent, 3 * rounds)
})

test('connections of the old process are answered to the end, and still listed, while the new one serves', async t => {
  const lab = await LabProcess.start(t, '--workers', '1', '--log-level', 'warn')
  const old = await Probe.connect(lab)
  // It keeps sending, so it is not ended before its time.
  const busy = setInterval(() => old.peer.send(submits(1)), 5)
  t.after(() => clearInterval(busy))
  await lab.ask('POST', '/workers/1/restart')
  await eventually('the new process serves', async () => (await workersOf(lab))[0]?.restarts === 1)
  const [worker] = await workersOf(lab)
  assert.equal(worker?.state, 'replacing')
  const young = await Probe.connect(lab)
  const { items } = await lab.get<{ items: { id: string }[] }>('/connections')
  const ids = items.map(({ id }) => id)
  assert.ok(ids.includes(old.id) && ids.includes(young.id), ids.join())
  assert.equal((await lab.ask('GET', `/connections/${old.id}`)).status, 200)
  clearInterval(busy)
  await old.peer.untilEnded()
  assert.equal(old.peer.error, null)
  await eventually('the old process has ended', async () => (await workersOf(lab))[0]?.state === 'running')
})

test('a new process starts with what is in force for its worker, after a restart and after a death', async t => {
  const lab = await LabProcess.start(t, '--workers', '1', '--preset', 'pooled', '--log-level', 'silent')
  await lab.ask('PATCH', '/optimizations', { bufferedReader: false })
  await lab.ask('PATCH', '/optimizations', { coalescedWriter: false, ttlSeconds: 3600 })
  await lab.ask('POST', '/workers/1/restart')
  await eventually('it is restarted', async () => {
    const [worker] = await workersOf(lab)
    return worker?.restarts === 1 && worker.state === 'running'
  })
  assert.deepEqual(await (await Probe.connect(lab)).behaviour(), { bufferedReader: false, coalescedWriter: false })

  const [worker] = await workersOf(lab)
  process.kill(worker?.pid as number, 'SIGKILL')
  await eventually('it is replaced', async () => {
    const [next] = await workersOf(lab)
    return next?.crashes === 1 && next.restarts === 2 && next.state === 'running'
  })
  assert.deepEqual(await (await Probe.connect(lab)).behaviour(), { bufferedReader: false, coalescedWriter: false })
  const { layers } = await lab.get<OptimizationsReport>('/optimizations')
  assert.equal(layers.length, 1)
})

test('a drain in the middle of a restart ends all processes, with code 0', async t => {
  const lab = await LabProcess.start(t, '--workers', '2', '--log-level', 'warn')
  await lab.ask('POST', '/workers/restart')
  await lab.ask('POST', '/drain')
  await eventually('it has ended', () => lab.code !== null)
  assert.equal(lab.code, 0)
})

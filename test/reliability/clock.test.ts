import assert from 'node:assert/strict'
import test from 'node:test'
import type { OptimizationsReport } from '../../src/contract/server-report.ts'
import { temporaryFolder } from '../integration/support/checkout.ts'
import { eventually } from '../integration/support/eventually.ts'
import { FrameClient } from '../integration/support/frame-client.ts'
import { startLoad } from '../integration/support/load.ts'
import { Program } from '../integration/support/processes.ts'
import { type ServerProcess, serverOf } from '../integration/support/server.ts'
import { idOf, submit, submitAck } from '../support/frames.ts'
import { limits } from './scale.ts'

/** In every process of the server: SIGUSR2 sets the clock a day ahead, the next one a week back, and so on. */
const steppingClock = `
  const Real = Date
  const steps = [1, -7, 30]
  let offset = 0
  process.on('SIGUSR2', () => { offset += (steps.shift() ?? 0) * 86_400_000 })
  globalThis.Date = class extends Real {
    constructor(...given) { if (given.length === 0) super(Real.now() + offset); else super(...given) }
    static now() { return Real.now() + offset }
  }`

async function serverWithClock(t: test.TestContext, ...args: string[]): Promise<ServerProcess> {
  const inject = ['--import', `data:text/javascript,${encodeURIComponent(steppingClock)}`]
  return serverOf(
    new Program(t, [...inject, 'dist/cli/framelab.js', 'serve', '--frame-port', '0', '--http-port', '0', ...args])
  )
}

/** Where the clock of the server stands, by what it writes down. */
async function dayOf(server: ServerProcess): Promise<number> {
  await server.ask('PATCH', '/api/v1/optimizations', { noDelay: true })
  const { items } = await server.ask<{ items: { at: string }[] }>('GET', '/api/v1/audit?limit=1')
  return Math.round((Date.parse(items[0]?.at ?? '') - Date.now()) / 86_400_000)
}

async function profiled(server: ServerProcess): Promise<string> {
  const { id } = await server.ask<{ id: string }>('POST', '/api/v1/profiles', { kind: 'cpu', seconds: 1 })
  await eventually('a profile', async () => {
    return (await server.ask<{ state: string }>('GET', `/api/v1/profiles/${id}`)).state === 'done'
  })
  return id
}

const layersOf = async (server: ServerProcess): Promise<(string | null)[]> =>
  (await server.ask<OptimizationsReport>('GET', '/api/v1/optimizations')).layers.map(({ reason }) => reason)

test(
  'when the clock is set, ahead and back, nothing ends early or late, nothing is lost, and the newest comes first',
  limits,
  async t => {
    const server = await serverWithClock(
      ...[t, '--workers', '1', '--data-dir', temporaryFolder(t), '--frame-timeout-ms', '3600000'],
      ...['--idle-timeout-ms', '3600000', '--max-connection-rate-per-address', '1000']
    )
    const pids = [server.program.pid, await server.pidOf(1)]
    const load = startLoad(t, server, ['--connections', '4', '--rate', '400', '--duration', '10m'])
    await eventually('traffic', async () => (await server.report()).totals.framesSent > 100)
    const slow = await FrameClient.connect(t, server.framePort)
    const frame = submit(idOf(0), Buffer.alloc(20))
    slow.socket.write(frame.subarray(0, 15))
    const long = { bufferedReader: false, ttlSeconds: 3600, reason: 'an hour' }
    await server.ask('PATCH', '/api/v1/optimizations', long)
    const ids = [await profiled(server)]

    for (const [step, day] of [1, -6, 24].entries()) {
      await server.ask('PATCH', '/api/v1/optimizations', { packetPool: false, ttlSeconds: 2, reason: `step ${step}` })
      for (const pid of pids) process.kill(pid, 'SIGUSR2')
      await eventually('a clock that was set', async () => (await dayOf(server)) === day)
      assert.ok((await layersOf(server)).includes('an hour'))
      await eventually('the end of what was to last for seconds', async () => (await layersOf(server)).length === 1)
      const { rates, totals } = await server.report()
      assert.ok(
        rates.framesReceivedPerSecond > 0 && rates.framesReceivedPerSecond < 10_000,
        `${rates.framesReceivedPerSecond}`
      )
      assert.equal(totals.connectionsOpen, 5, 'neither idle nor a frame that is not whole has timed out')
      const late = await FrameClient.connect(t, server.framePort)
      late.submit(10)
      await late.acked()
      late.socket.destroy()
      ids.unshift(await profiled(server))
      const { items } = await server.ask<{ items: { id: string }[] }>('GET', '/api/v1/profiles')
      assert.deepEqual(
        items.map(({ id }) => id),
        ids
      )
    }
    slow.socket.write(frame.subarray(15))
    await eventually('the ack of the slow frame', () => slow.received.equals(submitAck(idOf(0))))
    load.program.signal('SIGINT')
    const { code, figures } = await load.result
    assert.deepEqual([code, figures.lost, figures.acked], [0, 0, figures.sent])
    assert.equal(server.log.filter(({ level }) => level >= 50).length, 0)
  }
)

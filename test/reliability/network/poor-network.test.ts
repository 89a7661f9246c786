import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { eventually } from '../../integration/support/eventually.ts'
import { type ServerProcess, startServer } from '../../integration/support/server.ts'
import { found, limits, scaled } from '../scale.ts'
import type { FarOutcome } from './far-client.ts'
import { Wire } from './wire.ts'

const onWires = { ...limits, skip: Wire.cannot }
const farClient = fileURLToPath(new URL('far-client.ts', import.meta.url))
/** Long enough for what was under way to be sent again more than once. */
const CUT_MS = scaled(1500, 10_000)
/** Whoever has lost packets sends again after ever longer pauses. */
const PATIENCE_MS = 120_000

async function framesOf(server: ServerProcess): Promise<number> {
  return (await server.report()).totals.framesReceived
}

/** So many more frames come through. */
async function goesOn(server: ServerProcess, frames: number): Promise<void> {
  const before = await framesOf(server)
  await eventually(`${frames} frames more`, async () => (await framesOf(server)) >= before + frames, PATIENCE_MS)
}

test(
  'delay, loss, reordering, tiny segments and a cable pulled and plugged in again: every Submit is acked once, in order',
  onWires,
  async t => {
    const wire = await Wire.lay(t, 128)
    const server = await startServer(t, ['--workers', '2', '--frame-host', wire.here])
    const clients = 4
    const far = wire.run(t, ['--import', 'tsx', farClient, wire.here, `${server.framePort}`, `${clients}`])
    await goesOn(server, 500)
    await wire.change({ delayMs: 2, jitterMs: 8, loss: 0.02, twice: 0.01 })
    await goesOn(server, scaled(300, 20_000))
    for (let round = 0; round < scaled(1, 5); round++) {
      await wire.change({ isCut: true })
      await sleep(CUT_MS)
      await wire.change({ isCut: false })
      await goesOn(server, 200)
    }
    await wire.change({ delayMs: 0, jitterMs: 0, loss: 0, twice: 0 })
    far.signal('SIGTERM')
    const { stdout, stderr } = await far.ended
    assert.equal(stderr, '')
    const { sent, acks, ackedOnce, connections, faults } = JSON.parse(stdout) as FarOutcome
    assert.deepEqual(faults, [], 'each ack is that of the oldest Submit without one')
    assert.deepEqual({ acks, ackedOnce, connections }, { acks: sent, ackedOnce: sent, connections: clients })

    await eventually('no connection left', async () => (await server.report()).totals.connectionsOpen === 0)
    const { totals } = await server.report()
    assert.deepEqual([totals.framesReceived, totals.framesSent], [sent, sent], 'both sides agree to the last frame')
    found('network', `Submits over a wire that delays, loses, reorders, doubles and is cut for ${CUT_MS} ms`, `${sent}`)
  }
)

test(
  'peers that vanish without a FIN are found by keep-alive, those that lost power and are back included',
  onWires,
  async t => {
    const wire = await Wire.lay(t, 1500)
    const server = await startServer(t, ['--workers', '1', '--frame-host', wire.here, '--keep-alive-ms', '1000'])
    const reason = (): Promise<number> =>
      server.metric('framelab_connections_closed_total{worker="1",reason="peer_reset"}')
    const idle = async (): Promise<void> => {
      const script = `require('net').connect(${server.framePort}, '${wire.here}')`
      const program = wire.run(t, ['-e', script])
      await eventually('a connection', async () => (await server.report()).totals.connectionsOpen === 1)
      await wire.change({ isCut: true })
      // Its last word gets lost.
      program.signal('SIGKILL')
      await program.ended
      await wire.forgotten()
    }
    await idle()
    // The other end is there again, and knows nothing of the connection: it says so when it is probed.
    await wire.change({ isCut: false })
    await eventually('the end of a half-open connection', async () => (await reason()) === 1, PATIENCE_MS)

    await idle()
    const beganMs = performance.now()
    await eventually('the end of a connection to nobody', async () => (await reason()) === 2, PATIENCE_MS)
    found(
      'network',
      'a peer that vanished is closed, --keep-alive-ms 1000',
      `after ${Math.round(performance.now() - beganMs)} ms`
    )
    assert.equal((await server.report()).totals.connectionsOpen, 0)
  }
)

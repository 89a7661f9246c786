import assert from 'node:assert/strict'
import test from 'node:test'
import { eventually } from '../integration/support/eventually.ts'
import { startServer } from '../integration/support/server.ts'
import { ReconnectingClient } from './reconnecting-client.ts'
import { found, limits, scaled } from './scale.ts'

test(
  'while all workers are restarted no Submit of clients that reconnect is lost, and none is acked twice',
  limits,
  async t => {
    const server = await startServer(t, ['--workers', '2', '--shutdown-timeout-ms', '2000'])
    const clients = Array.from({ length: 4 }, () => new ReconnectingClient(server.framePort))
    const accepted = (): number => clients.reduce((sum, client) => sum + client.accepted.size, 0)
    const rounds = scaled(1, 5)
    for (let round = 1; round <= rounds; round++) {
      const before = accepted()
      await eventually('traffic', () => accepted() > before + 1000)
      await server.ask('POST', '/api/v1/workers/restart')
      await eventually('other processes', async () => {
        const { workers } = await server.report()
        return workers.every(({ state, restarts }) => state === 'running' && restarts === round)
      })
    }
    for (const client of clients) client.stop()
    await Promise.all(clients.map(({ done }) => done))

    const sent = clients.reduce((sum, client) => sum + client.sent, 0)
    const acks = clients.reduce((sum, client) => sum + client.acks, 0)
    const connections = clients.reduce((sum, client) => sum + client.connections, 0)
    for (const client of clients) {
      assert.deepEqual(client.faults, [])
      assert.equal(client.accepted.size, client.sent, 'none is lost')
      assert.ok(
        [...client.accepted.values()].every(count => count === 1),
        'none is acked twice'
      )
    }
    assert.ok(connections >= 4 + 4 * rounds, `${connections} connections`)
    // Both sides agree to the last frame, those of ended processes included.
    const { totals } = await server.report()
    assert.equal(totals.framesSent, acks)
    assert.equal(totals.framesReceived, acks)
    found(
      'drain',
      `${rounds} rolling restart(s) of 2 workers under load, ${sent} Submits`,
      `0 lost, 0 acked twice, ${connections} connections`
    )
  }
)

import assert from 'node:assert/strict'
import test from 'node:test'
import { eventually } from './support/eventually.ts'
import { FrameClient } from './support/frame-client.ts'
import { startServer } from './support/server.ts'

const limits = { timeout: 60_000 }

/** Resolves with whether it is served. */
async function isServed(client: FrameClient): Promise<boolean> {
  client.submit(1)
  await eventually('an answer or the end', () => client.isAcked || client.closed || client.ended)
  return client.isAcked
}

for (const maxConnections of [1, 5]) {
  test(
    `${maxConnections} of 2 workers' connections: as many are served and no more, whichever worker has room`,
    limits,
    async t => {
      const server = await startServer(t, ['--workers', '2', '--max-connections', `${maxConnections}`])
      const open: FrameClient[] = []
      const next = (): Promise<FrameClient> => FrameClient.connect(t, server.framePort)
      while (open.length < maxConnections) {
        const client = await next()
        assert.ok(await isServed(client), `connection ${open.length + 1} of ${maxConnections}`)
        open.push(client)
      }
      for (let round = 1; round <= 10; round++) {
        assert.equal(await isServed(await next()), false, 'one too many')
        const before = (await server.report()).totals.connectionsOpen
        open.shift()?.socket.destroy()
        await eventually('room', async () => (await server.report()).totals.connectionsOpen < before)
        const client = await next()
        assert.ok(await isServed(client), `there is room in round ${round}`)
        open.push(client)
      }
      assert.equal((await server.report()).totals.refused.max_connections, 10, 'each is refused once')
    }
  )
}

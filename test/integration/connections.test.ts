import assert from 'node:assert/strict'
import test from 'node:test'
import type { ConnectionInfo } from '../../src/contract/snapshot.ts'
import { eventually } from './support/eventually.ts'
import { connectMany, type FrameClient } from './support/frame-client.ts'
import { type ServerProcess, startServer } from './support/server.ts'

const limits = { timeout: 60_000 }

interface Page {
  readonly total: number
  readonly nextCursor: string | null
  readonly items: readonly ConnectionInfo[]
}

const list = (server: ServerProcess, query = ''): Promise<Page> => server.ask('GET', `/api/v1/connections${query}`)

test('connections of all workers are one list, each with its figures', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  const clients = await connectMany(t, server.framePort, 6)
  const { total, nextCursor, items } = await list(server)
  assert.equal(total, 6)
  assert.equal(nextCursor, null)
  assert.deepEqual([...new Set(items.map(({ worker }) => worker))].sort(), [1, 2])
  for (const [index, client] of clients.entries()) {
    const item = items.find(({ peer }) => peer.port === client.socket.localPort)
    assert.ok(item, 'the connection is known by the port of its peer')
    assert.equal(item.peer.address, '127.0.0.1')
    assert.equal(item.state, 'open')
    assert.equal(item.framesReceived, index)
    assert.equal(item.framesSent, index)
    assert.equal(item.bytesReceived, index * 33)
    assert.equal(item.bytesSent, index * 14)
    assert.equal(item.pendingBytes, 0)
    assert.ok(item.ageSeconds >= item.idleSeconds)
    assert.deepEqual((await server.ask<ConnectionInfo>('GET', `/api/v1/connections/${item.id}`)).peer, item.peer)
  }
})

test('the list is sorted over all workers, in either order', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  await connectMany(t, server.framePort, 5)
  const frames = async (order: string): Promise<number[]> => {
    const { items } = await list(server, `?sort=framesReceived&order=${order}`)
    return items.map(({ framesReceived }) => framesReceived)
  }
  assert.deepEqual(await frames('desc'), [4, 3, 2, 1, 0])
  assert.deepEqual(await frames('asc'), [0, 1, 2, 3, 4])
})

test('pages follow one another without a gap or a repeat', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  await connectMany(t, server.framePort, 7)
  const seen: number[] = []
  let cursor: string | null = null
  let pages = 0
  do {
    const position: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: Page = await list(server, `?sort=framesReceived&order=desc&limit=3${position}`)
    assert.equal(page.total, 7)
    seen.push(...page.items.map(({ framesReceived }) => framesReceived))
    cursor = page.nextCursor
    pages++
  } while (cursor !== null)
  assert.equal(pages, 3)
  assert.deepEqual(seen, [6, 5, 4, 3, 2, 1, 0])
})

test('pages by a figure that moves repeat nothing and leave nothing out, on all workers', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  const clients = await connectMany(t, server.framePort, 8)
  for (const order of ['asc', 'desc']) {
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const position: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const page: Page = await list(server, `?sort=framesReceived&order=${order}&limit=3${position}`)
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
      // The first becomes the last, and so on.
      for (const [index, client] of clients.entries()) client.submit(100 * (clients.length - index))
      for (const client of clients) await client.acked()
    } while (cursor !== null)
    assert.equal(seen.length, 8)
    assert.equal(new Set(seen).size, 8)
  }
})

for (const mode of ['drain', 'now']) {
  test(`DELETE with mode=${mode} closes just this connection, which leaves the list`, limits, async t => {
    const server = await startServer(t, ['--workers', '2'])
    const [kept, closed] = (await connectMany(t, server.framePort, 2)) as [FrameClient, FrameClient]
    const { items } = await list(server)
    const item = items.find(({ peer }) => peer.port === closed.socket.localPort)
    assert.ok(item)

    assert.equal((await server.call('DELETE', `/api/v1/connections/${item.id}?mode=${mode}`)).status, 204)
    await closed.untilClosed()
    if (mode === 'drain') assert.equal(closed.error, null, 'it ends, it is not reset')

    await eventually('a list without it', async () => (await list(server)).total === 1)
    const ended = await server.call<{ state: string; reason: string }>('GET', `/api/v1/connections/${item.id}`)
    assert.deepEqual([ended.status, ended.body.state, ended.body.reason], [200, 'closed', 'operator'])
    assert.equal((await server.call('DELETE', `/api/v1/connections/${item.id}`)).status, 404)
    const metric = `framelab_connections_closed_total{worker="${item.worker}",reason="operator"}`
    assert.equal(await server.metric(metric), 1)
    kept.submit(1)
    await kept.acked()
  })
}

test('a peer that leaves disappears from the list', limits, async t => {
  const server = await startServer(t, ['--workers', '1'])
  const [client] = (await connectMany(t, server.framePort, 1)) as [FrameClient]
  assert.equal((await list(server)).total, 1)
  client.socket.end()
  await client.untilClosed()
  await eventually('an empty list', async () => (await list(server)).total === 0)
})

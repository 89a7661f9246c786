import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConnectionInfo, Listing, ListingQuery } from '../../src/contract/snapshot.ts'
import { allSteps } from '../../src/dataplane/steps.ts'
import { startFrameServer } from '../support/frame-server.ts'
import { frame, submits } from '../support/frames.ts'
import { turns, until } from '../support/until.ts'

const all: ListingQuery = { filter: {}, sort: 'id', order: 'asc', limit: 1000, after: null, held: null }
const closed: ListingQuery = { ...all, filter: { state: 'closed' }, sort: 'closedAt' }

test('rates follow the ticks, and stand still in the record of a closed connection', async t => {
  const { server, connect, untilEmpty } = await startFrameServer(t)
  const peer = await connect()
  const [before] = allSteps(server.directory.list(all)).items as [ConnectionInfo]
  assert.ok(Object.values(before.rates).every(rate => rate === 0))
  await peer.ask(submits(100), 1400)
  server.directory.tick(performance.now())
  const [info] = allSteps(server.directory.list(all)).items as [ConnectionInfo]
  assert.equal(info.rates.framesReceivedPerSecond1s, 100)
  assert.equal(info.rates.bytesSentPerSecond60s, 1400)
  assert.deepEqual(server.directory.find(info.id)?.rates, info.rates)
  peer.end()
  await untilEmpty()
  server.directory.tick(performance.now())
  assert.deepEqual(server.directory.find(info.id)?.rates, info.rates)
})

test('a closed connection is remembered as it ended, with the reason', async t => {
  const { server, connect, totals } = await startFrameServer(t)
  const ends: Record<string, (peer: Awaited<ReturnType<typeof connect>>, id: string) => unknown> = {
    peer_closed: peer => peer.end(),
    peer_reset: peer => peer.reset(),
    unknown_command: peer => {
      peer.send(frame(0x7f, [1]))
      peer.end()
    },
    operator: (_peer, id) => server.directory.close(id, 'now')
  }
  for (const [reason, end] of Object.entries(ends)) {
    const peer = await connect()
    await peer.ask(submits(3), 42)
    const [live] = allSteps(server.directory.list(all)).items as [ConnectionInfo]
    assert.equal(live.reason, null)
    end(peer, live.id)
    await until(() => totals.connectionsOpen === 0, 'it is closed')
    const found = server.directory.find(live.id)
    assert.equal(found?.state, 'closed')
    assert.equal(found?.reason, reason)
    assert.equal(found?.framesReceived, 3)
    assert.deepEqual(found?.peer, live.peer)
    assert.ok((found?.closedAt as string) >= live.openedAt)
    assert.equal(server.directory.close(live.id, 'now'), false, 'it cannot be closed again')
  }
  const { items, total } = allSteps(server.directory.list(closed))
  assert.deepEqual(
    items.map(({ reason }) => reason),
    Object.keys(ends)
  )
  assert.equal(total, 4)
  assert.equal(allSteps(server.directory.count({ state: 'closed', reason: 'operator' })), 1)
  assert.equal(allSteps(server.directory.list(all)).total, 0)
})

test('of closed connections the last ones are remembered', async t => {
  const { server, connect, totals } = await startFrameServer(t, { closedKept: 3 })
  for (let index = 0; index < 5; index++) {
    const peer = await connect()
    peer.end()
    await until(() => totals.connectionsOpen === 0, 'it is closed')
  }
  assert.deepEqual(
    allSteps(server.directory.list(closed)).items.map(({ id }) => id),
    ['1-3', '1-4', '1-5']
  )
  assert.equal(server.directory.find('1-2'), null)
})

test('a peer that leaves its acks unread is named by its stall, one that reads is not', async t => {
  const { server, connect, connectDeaf } = await startFrameServer(t, { limits: { highWaterBytes: 1024 } })
  const reading = await connect()
  const deaf = await connectDeaf()
  await reading.ask(submits(1000), 14_000)
  const batch = submits(20_000, 0)
  const infoOf = (port: number): ConnectionInfo =>
    allSteps(server.directory.list(all)).items.find(({ peer }) => peer.port === port) as ConnectionInfo
  await until(() => {
    // As much as the server takes: the kernel holds megabytes of acks for a peer that is deaf.
    if (deaf.socket.writableLength === 0) deaf.send(batch)
    return infoOf(deaf.port).stalls > 0
  }, 'reading has stopped')
  const during = infoOf(deaf.port)
  await until(() => infoOf(deaf.port).stalledSeconds > during.stalledSeconds, 'the stall under way grows')
  assert.ok(infoOf(deaf.port).longestStallSeconds > 0)
  const first = allSteps(server.directory.list({ ...all, sort: 'stalledSeconds', order: 'desc' }))
    .items[0] as ConnectionInfo
  assert.equal(first.peer.port, deaf.port)
  assert.deepEqual([infoOf(reading.port).stalls, infoOf(reading.port).stalledSeconds], [0, 0])

  deaf.read()
  await until(() => infoOf(deaf.port).framesSent === infoOf(deaf.port).framesReceived, 'all is answered')
  await until(() => infoOf(deaf.port).pendingBytes === 0, 'and taken')
  await turns(5)
  const after = infoOf(deaf.port)
  await new Promise(resolve => setTimeout(resolve, 20))
  assert.equal(infoOf(deaf.port).stalledSeconds, after.stalledSeconds, 'the stall is over')
})

test('waiting for handlers is no stall', async t => {
  const settle: (() => void)[] = []
  const { server, connect } = await startFrameServer(t, {
    limits: { maxOwedBytes: 1000 },
    handler: {
      name: 'slow',
      synchronous: false,
      handle: () => new Promise(resolve => settle.push(() => resolve(0)))
    }
  })
  const peer = await connect()
  peer.send(submits(50))
  await until(() => settle.length === 50, 'all are with the handler')
  await turns(5)
  for (const answer of settle) answer()
  await peer.bytes(700)
  assert.equal((allSteps(server.directory.list(all)).items[0] as ConnectionInfo).stalls, 0)
})

test('a listing is continued for a minute after its last page, and then forgotten', async t => {
  const { server, connect } = await startFrameServer(t)
  const peers = [await connect(), await connect(), await connect()]
  for (const [index, peer] of peers.entries()) await peer.ask(submits(index + 1), (index + 1) * 14)
  const query: ListingQuery = { ...all, sort: 'framesReceived', limit: 1, held: 7 }
  const page = (after: ListingQuery['after']): Listing => allSteps(server.directory.list({ ...query, after }))
  const first = page(null)
  await peers[0]?.ask(submits(100), 1400)
  const after = { value: first.values[0] as number, id: first.items[0]?.id ?? '' }
  server.directory.tick(performance.now() + 59_000)
  const second = page(after)
  assert.equal(second.items[0]?.framesReceived, 2, 'the one whose place it is, and not the one that has moved')
  assert.deepEqual(second.values, [2])
  assert.equal(page({ value: 3, id: '1-3' }).items.length, 0, 'nothing comes twice')
  server.directory.tick(performance.now() + 61_000)
  assert.deepEqual(page(after), { total: 0, items: [], values: [], forgotten: true })
})

test('closing those that match spares others and those that come later', async t => {
  const { server, connect, totals } = await startFrameServer(t)
  const [idle, busy] = [await connect(), await connect()]
  await busy.ask(submits(1), 14)
  server.directory.tick(performance.now())
  await new Promise(resolve => setTimeout(resolve, 60))
  await busy.ask(submits(1), 14)
  const filter = { minIdleSeconds: 0.05 }
  assert.equal(allSteps(server.directory.count(filter)), 1)
  assert.equal(allSteps(server.directory.closeMatching({ filter, mode: 'drain', ratePerSecond: 100 })), 1)
  await idle.untilEnded()
  idle.end()
  await until(() => totals.connectionsOpen === 1, 'one is left')
  await busy.ask(submits(1), 14)
  assert.equal(totals.closed.operator, 1)
})

test('a connection that comes while others are closed stays', async t => {
  const { server, connect, totals } = await startFrameServer(t)
  for (let index = 0; index < 6; index++) await connect()
  assert.equal(allSteps(server.directory.closeMatching({ filter: {}, mode: 'now', ratePerSecond: 20 })), 6)
  const late = await connect()
  await until(() => totals.closed.operator === 6, 'the six are closed')
  await new Promise(resolve => setTimeout(resolve, 150))
  assert.equal(totals.connectionsOpen, 1)
  await late.ask(submits(1), 14)
})

import assert from 'node:assert/strict'
import test from 'node:test'
import type { ConnectionCount, ConnectionInfo } from '../../src/contract/snapshot.ts'
import type { TraceFrameLine, TraceLine } from '../../src/contract/trace.ts'
import type { ConnectionPage } from '../../src/controlplane/connection-page.ts'
import { frame, idOf, submit, submits } from '../support/frames.ts'
import { eventually } from './support/eventually.ts'
import { FrameClient } from './support/frame-client.ts'
import { type ServerProcess, startServer } from './support/server.ts'

const limits = { timeout: 120_000 }

async function connectMany(t: test.TestContext, server: ServerProcess, count: number): Promise<FrameClient[]> {
  const clients: FrameClient[] = []
  while (clients.length < count) {
    const batch = Array.from({ length: Math.min(100, count - clients.length) }, () =>
      FrameClient.connect(t, server.framePort)
    )
    clients.push(...(await Promise.all(batch)))
  }
  await eventually(`${count} connections`, async () => (await countOf(server)) === count)
  return clients
}

const page = (server: ServerProcess, query: string): Promise<ConnectionPage> =>
  server.ask('GET', `/api/v1/connections?${query}`)

async function countOf(server: ServerProcess, query = ''): Promise<number> {
  const { count, unavailableWorkers } = await server.ask<ConnectionCount>('GET', `/api/v1/connections/count?${query}`)
  assert.deepEqual(unavailableWorkers, [])
  return count
}

async function allPages(server: ServerProcess, query: string): Promise<ConnectionInfo[]> {
  const items: ConnectionInfo[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const one: ConnectionPage = await page(server, `${query}&limit=170${cursor === '' ? '' : `&cursor=${cursor}`}`)
    items.push(...one.items)
    cursor = one.nextCursor
  }
  return items
}

test(
  'a thousand connections on two workers: list, count and dry run agree, whatever they are sorted by',
  limits,
  async t => {
    const server = await startServer(t, ['--workers', '2'])
    const clients = await connectMany(t, server, 1000)
    for (const [index, client] of clients.entries()) client.submit(index % 7)
    await Promise.all(clients.map(client => client.acked()))
    // A cursor finds its place by a figure, so nothing may move any more but time. Each worker notes at its own second.
    await eventually('all traffic noted, and then a quiet second', async () => {
      const { items } = await page(server, 'limit=1000')
      return items.every(({ framesReceived, rates }) => {
        const isNoted =
          framesReceived === 0 || (rates.framesReceivedPerSecond60s > 0 && rates.bytesSentPerSecond60s > 0)
        return isNoted && rates.framesReceivedPerSecond1s === 0 && rates.bytesSentPerSecond1s === 0
      })
    })
    for (const sort of ['bytesReceived', 'bytesSentPerSecond1s', 'stalledSeconds', 'idleSeconds', 'id']) {
      const items = await allPages(server, `sort=${sort}&order=desc`)
      assert.equal(new Set(items.map(({ id }) => id)).size, 1000, sort)
    }
    const total = (items: ConnectionInfo[]): number =>
      items.reduce((sum, { framesReceived }) => sum + framesReceived, 0)
    assert.equal(
      total(await allPages(server, 'sort=framesReceived')),
      total(await allPages(server, 'sort=port&order=desc'))
    )

    const queries: [query: string, filter: object][] = [
      ['state=live', { state: 'live' }],
      ['worker=1', { worker: 1 }],
      ['worker=2&address=127.0.0.0/8', { worker: 2, address: '127.0.0.0/8' }],
      ['address=127.0.0.2', { address: '127.0.0.2' }],
      ['minAgeSeconds=0.5&minIdleSeconds=0.5', { minAgeSeconds: 0.5, minIdleSeconds: 0.5 }],
      ['minPendingBytes=1', { minPendingBytes: 1 }]
    ]
    for (const [query, filter] of queries) {
      const items = await allPages(server, query)
      const dry = await server.ask('POST', '/api/v1/connections/close', { filter, dryRun: true })
      assert.deepEqual(dry, { dryRun: true, matched: items.length, unavailableWorkers: [] }, query)
      assert.equal(await countOf(server, query), items.length, query)
    }
    assert.equal((await countOf(server, 'worker=1')) + (await countOf(server, 'worker=2')), 1000)
  }
)

test('a paced close takes its time, spares those that come later, and leaves the reason behind', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  const clients = await connectMany(t, server, 300)
  const beganMs = performance.now()
  const answer = await server.call<{ matched: number }>('POST', '/api/v1/connections/close', {
    filter: { state: 'live' },
    ratePerSecond: 150
  })
  assert.equal(answer.status, 202)
  assert.equal(answer.body.matched, 300)
  const late = await FrameClient.connect(t, server.framePort)

  const progress: { readonly closed: number; readonly seconds: number }[] = []
  await eventually('300 closed connections', async () => {
    const closed = await countOf(server, 'state=closed&reason=operator')
    // Taken after the answer: what was closed by then was closed within this time.
    progress.push({ closed, seconds: (performance.now() - beganMs) / 1000 })
    return closed === 300
  })
  for (const { closed, seconds } of progress) {
    assert.ok(closed <= 150 * seconds + 2 * (1 + 150 * 0.1), `${closed} closed after ${seconds} s`)
  }
  assert.ok(
    progress.some(({ closed }) => closed > 50 && closed < 250),
    'seen in the middle of it'
  )
  for (const client of clients) assert.equal(client.error, null, 'ended, not reset')
  late.submit(3)
  await late.acked()
  assert.equal(await countOf(server), 1)
})

test('closed connections are listed with their reasons, the newest first when asked', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  const [ending, resetting, wrong] = (await connectMany(t, server, 3)) as [FrameClient, FrameClient, FrameClient]
  ending.submit(2)
  await ending.acked()
  const closedOnes = (count: number): Promise<boolean> =>
    eventually(`${count} closed`, async () => (await countOf(server, 'state=closed')) === count)
  ending.socket.end()
  await closedOnes(1)
  resetting.socket.resetAndDestroy()
  await closedOnes(2)
  wrong.socket.write(frame(0x7f, idOf(1)))
  await closedOnes(3)
  const { items, total } = await page(server, 'state=closed&sort=closedAt&order=desc')
  assert.equal(total, 3)
  assert.deepEqual(
    items.map(({ reason, state }) => [reason, state]),
    [
      ['unknown_command', 'closed'],
      ['peer_reset', 'closed'],
      ['peer_closed', 'closed']
    ]
  )
  const last = items[2] as ConnectionInfo
  assert.equal(last.framesReceived, 2)
  assert.ok((last.closedAt as string) >= last.openedAt)
  assert.equal((await server.ask<ConnectionInfo>('GET', `/api/v1/connections/${last.id}`)).reason, 'peer_closed')
  assert.equal((await page(server, 'state=closed&reason=peer_reset')).total, 1)
})

test('a worker that is stuck is named, and what only it knows is a problem', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  await connectMany(t, server, 4)
  const served = await countOf(server, 'worker=1')
  const stuck = await server.pidOf(2)
  process.kill(stuck, 'SIGSTOP')
  t.after(() => process.kill(stuck, 'SIGCONT'))
  const { items, unavailableWorkers, total } = await page(server, '')
  assert.deepEqual(unavailableWorkers, [2])
  assert.equal(total, served)
  assert.ok(items.every(({ worker }) => worker === 1))
  const one = await server.call<{ detail: string }>('GET', '/api/v1/connections/2-1')
  assert.equal(one.status, 503)
  assert.match(one.body.detail, /worker 2/)
})

/** Starts a trace of the one connection there is; its lines are there as they come. */
async function traced(
  server: ServerProcess,
  options: object
): Promise<{ lines: TraceLine[]; done: Promise<void>; cancel: () => void }> {
  const { items } = await page(server, '')
  const id = (items[0] as ConnectionInfo).id
  const cancellation = new AbortController()
  const response = await fetch(`${server.url}/api/v1/connections/${id}/trace`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(options),
    signal: cancellation.signal
  })
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), 'application/x-ndjson')
  const lines: TraceLine[] = []
  const read = async (): Promise<void> => {
    let rest = ''
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const parts = (rest + Buffer.from(chunk).toString()).split('\n')
      rest = parts.pop() as string
      lines.push(...parts.map(part => JSON.parse(part) as TraceLine))
    }
  }
  const done = read()
  await eventually('the first line', () => lines.length > 0)
  return { lines, done, cancel: () => cancellation.abort() }
}

/** What is answered to the wish to trace the one connection there is. */
async function traceStatus(server: ServerProcess): Promise<number> {
  const { items } = await page(server, '')
  const address = `${server.url}/api/v1/connections/${(items[0] as ConnectionInfo).id}/trace`
  const response = await fetch(address, { method: 'POST' })
  await response.body?.cancel()
  return response.status
}

const framesOf = (lines: TraceLine[]): TraceFrameLine[] => lines.filter(line => line.type === 'frame')

test('a trace shows frames in two and three reads, two frames in one read, and the bad one', limits, async t => {
  const server = await startServer(t, ['--workers', '1'])
  const [client] = (await connectMany(t, server, 1)) as [FrameClient]
  const { lines, done } = await traced(server, { seconds: 30, bodies: true })
  const one = submit(Buffer.from('00000001'), Buffer.from('fifteen bytes..'))
  assert.equal(one.length, 28)
  const reads = (): number => lines.filter(({ type }) => type === 'read').length
  const pieces = [one.subarray(0, 20), one.subarray(20), one.subarray(0, 2), one.subarray(2, 9), one.subarray(9)]
  for (const [index, piece] of [...pieces, Buffer.concat([one, one])].entries()) {
    client.socket.write(piece)
    await eventually('the read', () => reads() === index + 1)
  }
  await eventually('four frames', () => framesOf(lines).length === 4)
  assert.deepEqual(
    framesOf(lines).map(({ offset, reads: inReads, lastRead, placeInRead }) => [
      offset,
      inReads,
      lastRead,
      placeInRead
    ]),
    [
      [0, 2, 2, 1],
      [28, 3, 5, 1],
      [56, 1, 6, 1],
      [84, 1, 6, 2]
    ]
  )
  const [first] = framesOf(lines) as [TraceFrameLine]
  assert.deepEqual([first.length, first.name, first.command, first.id?.text], [28, 'Submit', 2, '00000001'])
  assert.equal(Buffer.from(first.body ?? '', 'base64').toString(), '00000001fifteen bytes..')
  client.socket.write(Buffer.from([0, 0, 0, 2, 0]))
  await done
  const [refused, end] = lines.slice(-2) as [TraceLine, TraceLine]
  assert.ok(refused.type === 'refused' && refused.reason === 'frame_too_short' && refused.offset === 112)
  assert.ok(end.type === 'end' && end.why === 'closed' && end.reason === 'frame_too_short')
})

test(
  'a trace ends after its time, after its frames, and when its client goes; the traffic does not notice',
  limits,
  async t => {
    const server = await startServer(t, ['--workers', '1'])
    const [client] = (await connectMany(t, server, 1)) as [FrameClient]
    const timed = await traced(server, { seconds: 0.3 })
    await timed.done
    assert.ok(timed.lines.at(-1)?.type === 'end')

    const counted = await traced(server, { seconds: 30, maxFrames: 500 })
    client.submit(2000)
    await counted.done
    assert.equal(framesOf(counted.lines).length, 500)
    const end = counted.lines.at(-1)
    assert.ok(end?.type === 'end' && end.why === 'max_frames')
    await client.acked()

    const left = await traced(server, { seconds: 60 })
    assert.equal(await traceStatus(server), 409)
    left.cancel()
    await assert.rejects(left.done)
    await eventually('the trace has stopped with its client', async () => (await traceStatus(server)) === 200)
    client.submit(10)
    await client.acked()
  }
)

test('a trace whose worker dies says so', limits, async t => {
  const server = await startServer(t, ['--workers', '1'])
  await connectMany(t, server, 1)
  const { lines, done } = await traced(server, { seconds: 30 })
  process.kill(await server.pidOf(1), 'SIGKILL')
  await done
  const end = lines.at(-1)
  assert.ok(end?.type === 'end' && end.why === 'worker_lost')
})

test('who leaves acks unread is first by the time it stalled', limits, async t => {
  const server = await startServer(t, ['--workers', '2', '--high-water-bytes', '4096'])
  const [deaf, ...others] = (await connectMany(t, server, 20)) as [FrameClient, ...FrameClient[]]
  deaf.socket.pause()
  for (const other of others) other.submit(50)
  const batch = submits(20_000, 0)
  await eventually('a stall', async () => {
    if (deaf.socket.writableLength === 0) deaf.socket.write(batch)
    // Short ones come and go while the kernel still finds room.
    const [longest] = (await page(server, 'sort=stalledSeconds&order=desc&limit=1')).items
    return (longest?.longestStallSeconds ?? 0) > 0.2
  })
  const { items } = await page(server, 'sort=stalledSeconds&order=desc&limit=2')
  assert.equal(items[0]?.peer.port, deaf.socket.localPort)
  assert.ok((items[0]?.stalledSeconds as number) >= (items[0]?.longestStallSeconds as number))
  assert.equal(items[1]?.stalls, 0)
  assert.ok((await countOf(server, 'minPendingBytes=1')) >= 1)
  deaf.socket.resume()
  await eventually('all acks are taken', async () => (await countOf(server, 'minPendingBytes=1')) === 0)
})

test('a flood of listings is turned away in part, and who sends frames is answered meanwhile', limits, async t => {
  const server = await startServer(t, ['--workers', '1'])
  const clients = await connectMany(t, server, 500)
  const [client] = clients as [FrameClient]
  const flood = Array.from({ length: 400 }, async () => {
    const answer = await server.call<{ detail?: string }>('GET', '/api/v1/connections?sort=bytesReceived&limit=10')
    if (answer.status === 503) assert.match(answer.body.detail ?? '', /^too many requests that go over all connections/)
    return answer.status
  })
  for (let round = 0; round < 20; round++) {
    client.submit(1)
    await client.acked()
  }
  const statuses = await Promise.all(flood)
  const count = (status: number): number => statuses.filter(one => one === status).length
  t.diagnostic(`${count(200)} answered, ${count(503)} turned away`)
  assert.equal(count(200) + count(503), 400)
  assert.ok(count(200) >= 36)
  assert.equal((await page(server, 'limit=1')).total, 500)
})

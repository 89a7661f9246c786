import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { Handle } from '../../src/dataplane/socket-adapter.ts'
import { Acceptor, type Taker } from '../../src/workers/acceptor.ts'
import { turns, until } from '../support/until.ts'

/** Takes so many turns of the event loop over a connection; `null` is for ever. */
class TestTaker implements Taker {
  connections = 0
  given = 0
  takingMs: number | null = null
  isFull = false
  refused = 0
  onFull: (connection: Handle) => void = () => {}
  readonly #turns: number | null
  readonly #onTaken: () => void

  constructor(turnsToTake: number | null, onTaken: () => void) {
    this.#turns = turnsToTake
    this.#onTaken = onTaken
  }

  give(connection: Handle, areOthersLeft: boolean): void {
    assert.equal(this.takingMs, null, 'one at a time')
    this.given++
    this.takingMs = 0
    if (this.#turns === null) return
    void turns(this.#turns).then(() => {
      this.takingMs = null
      if (this.isFull && areOthersLeft) return this.onFull(connection)
      connection.close()
      if (this.isFull) this.refused++
      else this.connections++
      this.#onTaken()
    })
  }
}

/** So many connect, at once or each when the one before is dealt. Returns how to tell how many are dealt. */
async function connectMany(
  t: TestContext,
  peers: number,
  takers: readonly TestTaker[],
  acceptor: Acceptor,
  isAtOnce = true
): Promise<() => number> {
  t.after(() => acceptor.close())
  const port = await acceptor.listen('127.0.0.1', 0)
  const given = (): number => takers.reduce((sum, taker) => sum + taker.given, 0)
  const connected: Promise<unknown>[] = []
  for (let number = 1; number <= peers; number++) {
    const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {})
    t.after(() => socket.destroy())
    connected.push(once(socket, 'connect'))
    const isTaken = (): boolean => given() === number && takers.every(({ takingMs }) => takingMs === null)
    if (!isAtOnce) await until(isTaken, 'it is taken')
  }
  await Promise.all(connected)
  return given
}

function acceptorFor(takers: readonly Taker[]): Acceptor {
  return new Acceptor(
    () => takers,
    () => assert.fail('nobody is ended')
  )
}

const sharesAfter = async (t: TestContext, before: readonly number[], peers: number): Promise<number[]> => {
  const takers = before.map(connections => {
    const taker = new TestTaker(1, () => acceptor.deal())
    taker.connections = connections
    return taker
  })
  const acceptor = acceptorFor(takers)
  await connectMany(t, peers, takers, acceptor, false)
  return takers.map(({ connections }) => connections)
}

test('whoever has fewest connections is given the next one', async t => {
  assert.deepEqual(await sharesAfter(t, [40, 0, 10], 50), [40, 30, 30])
  assert.deepEqual(await sharesAfter(t, [100, 105, 103], 10), [106, 106, 106])
})

test('a worker that is slow to take connections has as many in the end as one that is quick', async t => {
  const takers = [50, 1].map(turnsToTake => new TestTaker(turnsToTake, () => acceptor.deal()))
  const acceptor = acceptorFor(takers)
  const given = await connectMany(t, 100, takers, acceptor)
  await until(() => given() === 100, 'all are dealt')
  const [slow = 0] = takers.map(taker => taker.given)
  assert.ok(Math.abs(slow - 50) <= 5, `${slow} of 100`)
})

test('no connection waits for long for a worker that is slow while another one is not', async t => {
  const takers = [null, 1].map(turnsToTake => new TestTaker(turnsToTake, () => acceptor.deal()))
  const acceptor = acceptorFor(takers)
  const given = await connectMany(t, 100, takers, acceptor)
  await until(() => given() === 100, 'all are dealt')
  assert.equal(takers[0]?.given, 1)
})

test('a worker that is stuck is not waited for at all', async t => {
  const takers = [new TestTaker(1, () => {}), new TestTaker(1, () => acceptor.deal())]
  const [stuck, quick] = takers
  if (stuck) stuck.takingMs = 60_000
  const acceptor = acceptorFor(takers)
  await connectMany(t, 100, takers, acceptor)
  await turns(500)
  assert.equal(quick?.given, 100)
})

/** How many each of three takers has and has turned away after so many have come, if these are full. */
async function withFullTakers(t: TestContext, areFull: readonly boolean[], peers: number): Promise<TestTaker[]> {
  const takers = areFull.map(isFull => {
    const taker = new TestTaker(1, () => acceptor.deal())
    taker.isFull = isFull
    taker.onFull = connection => acceptor.takeBack(connection, taker)
    return taker
  })
  const acceptor = acceptorFor(takers)
  await connectMany(t, peers, takers, acceptor)
  const decided = (): number => takers.reduce((sum, { connections, refused }) => sum + connections + refused, 0)
  await until(() => decided() === peers, 'all are served or turned away')
  return takers
}

test('a connection that one worker has no room for is given to another one, and turned away when none has', async t => {
  const some = await withFullTakers(t, [true, false, true], 20)
  assert.deepEqual(
    some.map(({ connections, refused }) => [connections, refused]),
    [
      [0, 0],
      [20, 0],
      [0, 0]
    ]
  )
  const none = await withFullTakers(t, [true, true, true], 5)
  assert.equal(
    none.reduce((sum, { refused }) => sum + refused, 0),
    5
  )
})

test('an address that floods waits for itself, and one that comes from elsewhere is served before most of it', async t => {
  const given: string[] = []
  const taker = {
    connections: 0,
    takingMs: null as number | null,
    give(connection: Handle): void {
      const peer: { address?: string } = {}
      ;(connection as unknown as { getpeername(into: object): void }).getpeername(peer)
      given.push(peer.address ?? '')
      taker.takingMs = 0
      connection.close()
    }
  }
  const acceptor = acceptorFor([taker])
  t.after(() => acceptor.close())
  const port = await acceptor.listen('127.0.0.1', 0)
  const come = async (localAddress: string): Promise<void> => {
    const socket = connect({ port, host: '127.0.0.1', localAddress }).on('error', () => {})
    t.after(() => socket.destroy())
    await once(socket, 'connect')
  }
  for (let count = 0; count < 100; count++) await come('127.0.0.2')
  await come('127.0.0.3')
  while (given.length < 101) {
    await turns(5)
    taker.takingMs = null
    acceptor.deal()
  }
  const place = given.indexOf('127.0.0.3')
  assert.ok(place > 0 && place < 20, `served as number ${place + 1} of ${given.length}`)
})

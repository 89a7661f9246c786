import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Admission, type AdmissionRules } from '../../src/dataplane/admission.ts'
import { startFrameServer } from '../support/frame-server.ts'
import { idOf, submit, submitAck } from '../support/frames.ts'
import { until } from '../support/until.ts'

const everybody: AdmissionRules = {
  maxConnections: 1000,
  maxConnectionsPerAddress: 0,
  maxConnectionRatePerAddress: 0,
  allowNetworks: [],
  denyNetworks: []
}

test('who may not connect is turned away at accept, counted and named; others are served', async t => {
  const served = await startFrameServer(t, {
    limits: { allowNetworks: ['127.0.0.0/24'], denyNetworks: ['127.0.0.8/29'] }
  })
  for (const address of ['127.0.0.9', '127.0.1.1']) {
    const stranger = await served.connect(address)
    await stranger.untilEnded()
    assert.equal(stranger.receivedBytes, 0)
    const refusal = served.refusals.at(-1)
    assert.deepEqual(
      { peer: refusal?.peer, reason: refusal?.reason },
      { peer: `${address}:${stranger.port}`, reason: 'address_denied' }
    )
  }
  assert.equal(served.totals.refused.address_denied, 2)
  const friend = await served.connect('127.0.0.7')
  assert.deepEqual(await friend.ask(submit(idOf(1)), 14), submitAck(idOf(1)))
})

test('an address has its connections and no more, whatever others have, and one again when one has gone', async t => {
  const served = await startFrameServer(t, { limits: { maxConnectionsPerAddress: 2 } })
  const first = await served.connect('127.0.0.2')
  await served.connect('127.0.0.2')
  const third = await served.connect('127.0.0.2')
  await third.untilEnded()
  assert.equal(served.totals.refused.address_connections, 1)
  const other = await served.connect('127.0.0.3')
  assert.deepEqual(await other.ask(submit(idOf(3)), 14), submitAck(idOf(3)))
  first.reset()
  await until(() => served.totals.connectionsOpen === 2, 'one has gone')
  const fourth = await served.connect('127.0.0.2')
  assert.deepEqual(await fourth.ask(submit(idOf(4)), 14), submitAck(idOf(4)))
})

test('of IPv6 a whole /64, which one customer has to himself, is one address', () => {
  const admission = new Admission({ ...everybody, maxConnectionsPerAddress: 2 })
  assert.equal(admission.enter('2001:db8::1', 0), null)
  assert.equal(admission.enter('2001:db8::2', 0), null)
  assert.equal(admission.enter('2001:db8:0:0:9::3', 0), 'address_connections')
  assert.equal(admission.enter('2001:db8:0:1::1', 0), null)
  admission.leave('2001:db8::2')
  assert.equal(admission.enter('2001:db8::3', 0), null)
})

test('an address that connects too fast waits its turn, and is let in as time passes', () => {
  const admission = new Admission({ ...everybody, maxConnectionRatePerAddress: 5 })
  const storm = (address: string, atMs: number): number =>
    Array.from({ length: 20 }, () => admission.enter(address, atMs)).filter(reason => reason === null).length
  assert.equal(storm('10.0.0.1', 0), 5)
  assert.equal(storm('10.0.0.2', 0), 5)
  assert.equal(admission.enter('10.0.0.1', 199), 'address_rate')
  assert.equal(admission.enter('10.0.0.1', 200), null)
  assert.equal(storm('10.0.0.1', 10_000), 5, 'no more is saved up than a second brings')
})

test('leaving gives no new right to connect at once', () => {
  const admission = new Admission({ ...everybody, maxConnectionRatePerAddress: 2 })
  let entered = 0
  for (let attempt = 0; attempt < 50; attempt++) {
    if (admission.enter('10.0.0.1', 0) !== null) continue
    entered++
    admission.leave('10.0.0.1')
  }
  assert.equal(entered, 2)
})

test('a hundred thousand addresses that come and go are not all remembered', () => {
  const admission = new Admission({ ...everybody, maxConnectionRatePerAddress: 1 })
  for (let number = 0; number < 100_000; number++) {
    const address = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`
    assert.equal(admission.enter(address, 0), null)
    admission.leave(address)
  }
  assert.equal(admission.enter('10.0.0.0', 0), null, 'the oldest is forgotten')
  assert.equal(admission.enter('10.1.134.159', 0), 'address_rate', 'the newest is not')
})

test('a network that is none is refused in words', () => {
  assert.throws(() => new Admission({ ...everybody, denyNetworks: ['10.0.0.1/8'] }), /bits set behind its prefix/)
})

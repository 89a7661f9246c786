import assert from 'node:assert/strict'
import dns from 'node:dns'
import { test } from 'node:test'
import { type LoadClient, type LoadPeers, ReadSpace } from '../../src/loadgen/load-client.ts'
import { CONNECTING_AT_ONCE, openClients } from '../../src/loadgen/open-clients.ts'
import { SubmitBlock } from '../../src/loadgen/submit-block.ts'
import { Tally } from '../../src/loadgen/tally.ts'
import { plainServer } from './servers.ts'

function newPeers(): LoadPeers {
  const block = new SubmitBlock(20)
  return { block, reads: new ReadSpace(), tally: new Tally(), ackCommand: 0x81, onRoom() {}, onClosed() {} }
}

function closeAll(clients: Set<LoadClient>): void {
  for (const client of clients) client.close()
}

test('many connections are opened, a bounded number at a time, each with a number of its own', async t => {
  const clients = new Set<LoadClient>()
  t.after(() => closeAll(clients))
  let most = 0
  const { host, port } = await plainServer(t, () => {
    most = Math.max(most, [...clients].filter(client => !client.isOpen).length)
  })
  await openClients(newPeers(), clients, { host, port, connections: 300, isOver: () => false })

  assert.equal([...clients].filter(client => client.isOpen).length, 300)
  assert.equal(new Set([...clients].map(client => client.connection)).size, 300)
  assert.ok(most > 1 && most <= CONNECTING_AT_ONCE, `${most} at once`)
})

test('a host name is looked up once: all connections go where the first one found an answer', async t => {
  const clients = new Set<LoadClient>()
  t.after(() => closeAll(clients))
  const { port } = await plainServer(t, () => {})
  const lookup = t.mock.method(dns, 'lookup')
  await openClients(newPeers(), clients, { host: 'localhost', port, connections: 5, isOver: () => false })
  assert.equal(lookup.mock.callCount(), 1)
  assert.deepEqual(new Set([...clients].map(client => client.address)), new Set(['127.0.0.1']))
})

test('connections that fail after the first are counted, and end nothing else', async t => {
  const clients = new Set<LoadClient>()
  t.after(() => closeAll(clients))
  const peers = newPeers()
  const { host, port, server } = await plainServer(t, () => {})
  // Asked after the first is open, and before each of the others.
  const isOver = (): boolean => {
    server.close()
    return false
  }
  await openClients(peers, clients, { host, port, connections: 5, isOver })
  assert.equal(peers.tally.errors.connect, 4)
  assert.match(peers.tally.firstFault ?? '', /^connection 1: .*ECONNREFUSED/)
})

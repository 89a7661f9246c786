import assert from 'node:assert/strict'
import { createServer, type Server, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { ReadTarget } from '../../src/dataplane/peer-socket.ts'
import { AdoptedSocket, adoptableServerOptions } from '../../src/dataplane/socket-adapter.ts'
import { Peer } from '../support/peer.ts'
import { until } from '../support/until.ts'

/** Takes reads of a size of its own, each into new memory of its own. */
class Target implements ReadTarget {
  readonly reads: string[] = []
  paused = false
  /** Asked for the memory of one read more than it was given. */
  asked = 0
  #memory: Buffer
  readonly #size: number

  constructor(size: number) {
    this.#size = size
    this.#memory = Buffer.alloc(size)
  }

  nextBuffer(): Uint8Array {
    this.asked++
    this.#memory = Buffer.alloc(this.#size)
    return this.#memory
  }

  onRead(length: number): boolean {
    this.reads.push(this.#memory.toString('utf8', 0, length))
    return !this.paused
  }
}

async function startAdopting(t: TestContext, onAccepted: (accepted: Socket) => void): Promise<[Server, number]> {
  const server = createServer(adoptableServerOptions, onAccepted)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = server.address()
  return [server, typeof address === 'object' && address !== null ? address.port : 0]
}

/** Accepts one connection for each target, in turn. */
async function adoptAll(t: TestContext, targets: readonly Target[]): Promise<[AdoptedSocket[], Peer[], Server]> {
  const sockets: AdoptedSocket[] = []
  const [server, port] = await startAdopting(t, accepted => {
    const socket = AdoptedSocket.adopt(accepted, targets[sockets.length] as Target, 16 * 1024)
    sockets.push(socket as AdoptedSocket)
  })
  const peers: Peer[] = []
  for (let count = 1; count <= targets.length; count++) {
    const peer = (await Peer.connect(port)).read()
    peers.push(peer)
    await until(() => sockets.length === count, 'the peer is accepted')
  }
  t.after(() => {
    for (const { socket } of peers) socket.destroy()
    for (const socket of sockets) socket.destroy()
  })
  return [sockets, peers, server]
}

test('each read goes to the memory that its own target named, and is no longer than it', async t => {
  const targets = [new Target(4), new Target(1000), new Target(7)]
  const [, peers] = await adoptAll(t, targets)
  for (let round = 0; round < 3; round++) {
    for (const [index, peer] of peers.entries()) peer.send(Buffer.from(`peer ${index} `.repeat(3)))
  }
  const expected = [0, 1, 2].map(index => `peer ${index} `.repeat(9))
  await until(() => targets.every((target, index) => target.reads.join('') === expected[index]), 'all is read')
  assert.ok(targets.every(({ asked, reads }) => asked === reads.length + 1))
  assert.ok(targets[0]?.reads.every(text => text.length <= 4))
  assert.ok(targets[2]?.reads.every(text => text.length <= 7))
})

test('a target that asks for a pause is not read for until its socket is resumed', async t => {
  const target = new Target(4)
  target.paused = true
  const [[socket], [peer]] = await adoptAll(t, [target])
  peer?.send(Buffer.from('abcdefgh'))
  await until(() => target.reads.length === 1, 'the first read has come')
  await until(() => peer?.socket.writableLength === 0, 'the rest is sent')
  assert.deepEqual(target.reads, ['abcd'])
  target.paused = false
  socket?.resume()
  await until(() => target.reads.length === 2, 'the second read has come')
  assert.deepEqual(target.reads, ['abcd', 'efgh'])
})

test('an adopted socket knows its peer, writes, and tells of the end', async t => {
  const [[socket], [peer]] = await adoptAll(t, [new Target(16)])
  assert.ok(socket instanceof AdoptedSocket && peer !== undefined)
  assert.equal(socket.remoteAddress, '127.0.0.1')
  assert.equal(socket.remotePort, peer.port)
  socket.write('hello')
  assert.equal((await peer.bytes(5)).toString(), 'hello')
  let ended = false
  socket.on('end', () => {
    ended = true
  })
  peer.end()
  await until(() => ended, 'the end is told of')
  // Half open: its own side is for its owner to end.
  socket.end('bye')
  assert.equal((await peer.untilClosed()).toString(), 'hellobye')
})

test('what the kernel takes at once passes the stream by', async t => {
  const [[socket], [peer]] = await adoptAll(t, [new Target(16)])
  assert.ok(socket !== undefined && peer !== undefined)
  socket.send(Buffer.from('first '))
  assert.equal((await peer.bytes(6)).toString(), 'first ')
  const throughStream = t.mock.method(socket, '_write')
  for (let count = 0; count < 100; count++) socket.send(Buffer.from('again '))
  assert.equal((await peer.bytes(606)).toString(), `first ${'again '.repeat(100)}`)
  assert.equal(throughStream.mock.callCount(), 0)
})

/** Sends until the kernel takes no more; returns what was sent. */
async function fill(socket: AdoptedSocket): Promise<Buffer> {
  const sent: Buffer[] = []
  for (let count = 1; count < 1000 && !socket.writableNeedDrain; count++) {
    const piece = Buffer.alloc(65_536, count)
    sent.push(piece)
    socket.send(piece)
    await new Promise(resolve => setImmediate(resolve))
  }
  assert.ok(socket.writableNeedDrain, 'the kernel takes no more')
  return Buffer.concat(sent)
}

test('what the kernel does not take is counted as not sent, and leaves in order, on each of several sockets', async t => {
  const [sockets, peers] = await adoptAll(t, [new Target(16), new Target(16)])
  const drained: AdoptedSocket[] = []
  const sent: Buffer[] = []
  for (const socket of sockets) socket.on('drain', () => drained.push(socket))
  for (const [index, socket] of sockets.entries()) {
    peers[index]?.socket.pause()
    sent.push(await fill(socket))
  }
  assert.equal(drained.length, 0)
  for (const [index, peer] of peers.entries()) {
    const expected = sent[index] as Buffer
    peer.socket.resume()
    assert.ok((await peer.bytes(expected.length)).equals(expected))
  }
  await until(() => drained.length === 2, 'both sockets have drained')
  for (const [index, peer] of peers.entries()) {
    const before = (sent[index] as Buffer).length
    sockets[index]?.send(Buffer.from('and one more'))
    assert.equal((await peer.bytes(before + 12)).subarray(before).toString(), 'and one more')
  }
})

test('an end that is asked for while a write is under way comes behind all of it', async t => {
  const [[socket], [peer]] = await adoptAll(t, [new Target(16)])
  assert.ok(socket !== undefined && peer !== undefined)
  peer.socket.pause()
  const { length: sent } = await fill(socket)
  socket.end('bye')
  peer.socket.resume()
  const got = await peer.untilEnded()
  assert.equal(got.length, sent + 3)
  assert.equal(got.subarray(sent).toString(), 'bye')
})

test('a socket that is destroyed while a write is under way closes without an error', async t => {
  const [[socket], [peer]] = await adoptAll(t, [new Target(16)])
  assert.ok(socket !== undefined && peer !== undefined)
  peer.socket.pause()
  const told: string[] = []
  socket.on('error', () => told.push('error'))
  socket.on('close', hadError => told.push(`close ${hadError}`))
  await fill(socket)
  socket.destroy()
  await until(() => told.length > 0, 'the socket is closed')
  assert.deepEqual(told, ['close false'])
  // Nobody is there to take it; that is nothing to fail of.
  socket.send(Buffer.from('too late'))
})

test('a socket whose peer has reset the connection tells so when it is written to', async t => {
  const [[socket], [peer]] = await adoptAll(t, [new Target(16)])
  assert.ok(socket !== undefined && peer !== undefined)
  const told: (string | undefined)[] = []
  socket.on('error', (error: NodeJS.ErrnoException) => told.push(error.code))
  peer.socket.pause()
  await fill(socket)
  peer.socket.resetAndDestroy()
  await until(() => told.length > 0, 'the error is told')
  assert.equal(told.length, 1)
  assert.match(`${told[0]}`, /^(EPIPE|ECONNRESET)$/)
  assert.ok(socket.destroyed)
})

test('a server forgets its adopted connections, so that it can close', async t => {
  const [sockets, , server] = await adoptAll(t, [new Target(4), new Target(4)])
  const open = await new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
  })
  assert.equal(open, 0)
  await new Promise(resolve => server.close(resolve))
  assert.ok(sockets.every(socket => !socket.destroyed))
})

test('a connection whose socket is gone already is not adopted', async t => {
  const adopted: (AdoptedSocket | null)[] = []
  const [, port] = await startAdopting(t, accepted => {
    accepted.destroy()
    adopted.push(AdoptedSocket.adopt(accepted, new Target(4), 1024))
  })
  const peer = await Peer.connect(port)
  await until(() => adopted.length === 1, 'the peer is accepted')
  assert.deepEqual(adopted, [null])
  peer.socket.destroy()
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { certificate } from '../support/certificates.ts'
import { startFrameServer } from '../support/frame-server.ts'
import { close, idOf, submit, submitAck } from '../support/frames.ts'
import { Peer } from '../support/peer.ts'
import { stages } from '../support/switches.ts'
import { until } from '../support/until.ts'

const { ca } = certificate
const material = { ...certificate.server, clientCa: null }

/** The other end of a TLS connection: what it receives, and how it ended. */
async function securePeer(t: TestContext, port: number, options: ConnectionOptions = {}): Promise<SecurePeer> {
  const socket = connect({ port, host: '127.0.0.1', ca, ...options })
  t.after(() => socket.destroy())
  const peer: SecurePeer = { socket, received: [], closed: false, error: null }
  socket.on('data', chunk => peer.received.push(chunk))
  socket.on('error', error => {
    peer.error = error
  })
  socket.on('close', () => {
    peer.closed = true
  })
  await Promise.race([once(socket, 'secureConnect'), once(socket, 'close')]).catch(() => {})
  return peer
}

interface SecurePeer {
  readonly socket: TLSSocket
  readonly received: Buffer[]
  closed: boolean
  error: Error | null
}

const bytesOf = ({ received }: SecurePeer): Buffer => Buffer.concat(received)

for (const { name, switches } of stages) {
  test(`${name}: frames by TLS are acked in order, in whatever pieces they come`, async t => {
    const served = await startFrameServer(t, { switches, tls: material })
    const peer = await securePeer(t, served.port)
    const frames = Array.from({ length: 3000 }, (_, index) => submit(idOf(index), Buffer.alloc(index % 100, index)))
    const all = Buffer.concat(frames)
    for (let at = 0; at < all.byteLength; at += 777) peer.socket.write(all.subarray(at, at + 777))
    const acks = Buffer.concat(frames.map((_, index) => submitAck(idOf(index))))
    await until(() => bytesOf(peer).byteLength >= acks.byteLength, 'all are acked')
    assert.ok(bytesOf(peer).equals(acks))
    peer.socket.write(close(idOf(1)))
    await until(() => peer.closed, 'it ends')
    assert.equal(peer.error, null)
    assert.equal(served.totals.framesReceived, 3001)
  })
}

test('a peer that does not read by TLS is not read from either, and loses nothing', async t => {
  const served = await startFrameServer(t, { tls: material, limits: { highWaterBytes: 4096 } })
  const peer = await securePeer(t, served.port)
  peer.socket.pause()
  const count = 400_000
  const block = Buffer.concat(Array.from({ length: 1000 }, (_, index) => submit(idOf(index))))
  let sent = 0
  const pump = (): void => {
    while (sent < count && !peer.socket.writableNeedDrain) {
      peer.socket.write(block)
      sent += 1000
    }
  }
  peer.socket.on('drain', pump)
  pump()
  let before = -1
  await until(() => {
    const isStill = served.totals.framesReceived === before && before > 0
    before = served.totals.framesReceived
    return isStill && before < count
  }, 'the server has stopped reading')
  peer.socket.resume()
  await until(() => peer.received.reduce((sum, { byteLength }) => sum + byteLength, 0) === count * 14, 'all acks come')
})

test('who speaks no TLS, or has no certificate that is asked for, is turned away and named; others are served', async t => {
  const served = await startFrameServer(t, { tls: { ...material, clientCa: ca } })
  const plain = (await Peer.connect(served.port)).read()
  plain.send(submit(idOf(1)))
  await plain.untilEnded()
  const nobody = await securePeer(t, served.port)
  await until(() => nobody.closed, 'the one without a certificate is closed')
  await until(() => served.refusals.length === 2, 'both are named')
  for (const refusal of served.refusals) assert.equal(refusal.reason, 'tls_failed')
  assert.equal(served.refusals[0]?.peer, `127.0.0.1:${plain.port}`)
  assert.match(served.refusals[0]?.detail ?? '', /wrong version number|http request|unknown/i)
  assert.equal(served.totals.refused.tls_failed, 2)
  const known = await securePeer(t, served.port, certificate.client)
  known.socket.write(submit(idOf(5)))
  await until(() => bytesOf(known).byteLength === 14, 'it is served')
})

test('handshakes count as connections, so that unfinished ones cannot fill the memory', async t => {
  const served = await startFrameServer(t, { tls: material, limits: { maxConnections: 2 } })
  const silent = [await Peer.connect(served.port), await Peer.connect(served.port)]
  const third = (await Peer.connect(served.port)).read()
  await third.untilEnded()
  assert.equal(served.totals.refused.max_connections, 1)
  for (const peer of silent) peer.socket.destroy()
  await until(() => served.totals.refused.tls_failed === 2, 'both are gone')
  const peer = await securePeer(t, served.port)
  peer.socket.write(submit(idOf(1)))
  await until(() => bytesOf(peer).byteLength === 14, 'there is room again')
})

test('a peer that ends its side is still given all its acks', async t => {
  const served = await startFrameServer(t, {
    tls: material,
    handler: { name: 'slow', synchronous: false, handle: () => new Promise(resolve => setTimeout(resolve, 20, 0)) }
  })
  const peer = await securePeer(t, served.port, { allowHalfOpen: true } as ConnectionOptions)
  peer.socket.end(Buffer.concat([submit(idOf(1)), submit(idOf(2))]))
  await until(() => peer.closed, 'it ends')
  assert.ok(bytesOf(peer).equals(Buffer.concat([submitAck(idOf(1)), submitAck(idOf(2))])))
})

test('a renewed certificate is shown from the next handshake on, and nobody is disconnected for it', async t => {
  const served = await startFrameServer(t, { tls: material })
  const before = await securePeer(t, served.port)
  assert.equal(before.socket.getPeerCertificate().subject.CN, 'server')
  assert.throws(() => served.server.useTls({ ...material, key: certificate.renewed.key }))
  served.server.useTls({ ...certificate.renewed, clientCa: null })
  const after = await securePeer(t, served.port)
  assert.equal(after.socket.getPeerCertificate().subject.CN, 'renewed')
  before.socket.write(submit(idOf(7)))
  await until(() => bytesOf(before).byteLength === 14, 'the old connection lives on')
})

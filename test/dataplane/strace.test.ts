import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { presetSwitches, type Switches } from '../../src/contract/optimizations.ts'
import { submitAcks, submits } from '../support/frames.ts'
import { Peer } from '../support/peer.ts'
import { hasStrace, type SystemCall, startTracedServer, type TracedServer } from '../support/strace.ts'
import { until } from '../support/until.ts'

const FRAMES = 40
const FRAME_BYTES = 33
const ACK_BYTES = 14
const skip = hasStrace || process.env.CI !== undefined ? false : 'strace is not installed'

const isRead = ({ name, result }: SystemCall): boolean =>
  ['read', 'readv', 'recvmsg', 'recvfrom'].includes(name) && result > 0
const isWrite = ({ name }: SystemCall): boolean => ['write', 'writev', 'sendmsg', 'sendto'].includes(name)

/** Sends the frames in one piece over a connection of its own and waits for all acks; returns the peer's port. */
async function exchange(server: TracedServer, t: TestContext): Promise<number> {
  const peer = (await Peer.connect(server.port)).read()
  t.after(() => peer.socket.destroy())
  const { port } = peer
  assert.deepEqual(await peer.ask(submits(FRAMES), FRAMES * ACK_BYTES), submitAcks(FRAMES))
  peer.end()
  await peer.untilClosed()
  return port
}

const pooled = presetSwitches('pooled')
const cases: Readonly<Record<string, Switches>> = {
  baseline: presetSwitches('baseline'),
  buffered: presetSwitches('buffered'),
  pooled,
  'exact reads with pools': { ...pooled, bufferedReader: false, coalescedWriter: false },
  'buffered reads, a write for each ack': { ...pooled, coalescedWriter: false },
  'everything off': {
    ...pooled,
    bufferedReader: false,
    coalescedWriter: false,
    packetPool: false,
    ackPool: false,
    noDelay: false
  }
}

test('what the switches say is what the system calls are', { skip }, async t => {
  const server = await startTracedServer(t)
  const ports: Record<string, number> = {}
  for (const [name, switches] of Object.entries(cases)) {
    await server.switchTo(switches)
    ports[name] = await exchange(server, t)
  }
  await server.switchTo(pooled)
  const live = (await Peer.connect(server.port)).read()
  t.after(() => live.socket.destroy())
  const livePort = live.port
  for (const noDelay of [false, true, true]) {
    await live.ask(submits(1), ACK_BYTES)
    await server.switchTo({ ...pooled, noDelay })
  }
  live.end()
  await until(() => live.closed, 'the live connection is closed')
  const calls = await server.stop()
  const callsOf = (port: number | undefined): SystemCall[] => calls.get(port ?? 0) ?? []

  for (const [name, { bufferedReader, coalescedWriter, noDelay }] of Object.entries(cases)) {
    const own = callsOf(ports[name])
    const reads = own.filter(isRead)
    const writes = own.filter(isWrite)

    await t.test(`${name}: ${bufferedReader ? 'one read a batch' : 'two reads a frame, 4 bytes and the rest'}`, () => {
      assert.ok(reads.every(call => call.name === 'read'))
      assert.equal(
        reads.reduce((sum, { result }) => sum + result, 0),
        FRAMES * FRAME_BYTES
      )
      if (bufferedReader) {
        assert.ok(reads.length <= 4, `${reads.length} reads`)
        assert.ok(reads.every(({ size }) => size === 64 * 1024))
      } else {
        const expected = Array.from({ length: 2 * FRAMES }, (_, index) => (index % 2 === 0 ? 4 : FRAME_BYTES - 4))
        assert.deepEqual(
          reads.map(({ result }) => result),
          expected
        )
        assert.deepEqual(
          reads.map(({ size }) => size),
          expected
        )
      }
    })

    await t.test(`${name}: ${coalescedWriter ? 'one write a batch' : 'one write an ack'}`, () => {
      assert.ok(writes.every(({ name, result }) => name === 'write' && result > 0))
      assert.equal(
        writes.reduce((sum, { result }) => sum + result, 0),
        FRAMES * ACK_BYTES
      )
      if (coalescedWriter && bufferedReader) assert.ok(writes.length <= 4, `${writes.length} writes`)
      else assert.deepEqual(new Set(writes.map(({ result }) => result)), new Set([ACK_BYTES]))
    })

    await t.test(`${name}: ${noDelay ? 'TCP_NODELAY is set' : "Nagle's algorithm is left as it is"}`, () => {
      assert.deepEqual(noDelaysOf(own), noDelay ? [1] : [])
    })
  }

  await t.test('noDelay is switched on a live connection, once for each change', () => {
    assert.deepEqual(noDelaysOf(callsOf(livePort)), [1, 0, 1])
  })
})

/** The values that TCP_NODELAY was set to. */
function noDelaysOf(calls: readonly SystemCall[]): number[] {
  return calls
    .filter(({ name, text }) => name === 'setsockopt' && text.includes('TCP_NODELAY'))
    .map(({ text }) => Number(/\[(\d)\]/.exec(text)?.[1]))
}

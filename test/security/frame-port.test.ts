import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import test, { type TestContext } from 'node:test'
import { eventually } from '../integration/support/eventually.ts'
import { type ServerProcess, startServer } from '../integration/support/server.ts'
import { ACK_BYTES, idOf, submit } from '../support/frames.ts'

const limits = {
  timeout: 60_000,
  skip: process.platform === 'linux' ? false : 'uses all of 127.0.0.0/8, as Linux has it'
}

/** Whether a peer at this address gets an ack; its connection stays open. */
function isServed(
  t: TestContext,
  { framePort }: ServerProcess,
  localAddress: string,
  kept: Socket[] = []
): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ port: framePort, host: '127.0.0.1', localAddress })
    t.after(() => socket.destroy())
    kept.push(socket)
    socket.on('error', () => {})
    socket.on('close', () => resolve(false))
    socket.on('data', ({ byteLength }) => resolve(byteLength === ACK_BYTES))
    socket.write(submit(idOf(1)))
  })
}

const refusedAs = async (server: ServerProcess, reason: string): Promise<number> =>
  (await server.report()).totals.refused[reason as 'address_denied']

test('--allow-networks and --deny-networks decide who may connect to the frame port', limits, async t => {
  const networks = ['--allow-networks', '127.0.1.0/24,127.0.2.7', '--deny-networks', '127.0.1.128/25']
  const server = await startServer(t, ['--workers', '2', ...networks])
  const expected = {
    '127.0.1.5': true,
    '127.0.2.7': true,
    '127.0.1.200': false,
    '127.0.2.8': false,
    '127.0.0.1': false
  }
  for (const [address, isAllowed] of Object.entries(expected)) {
    assert.equal(await isServed(t, server, address), isAllowed, address)
  }
  assert.equal(await refusedAs(server, 'address_denied'), 3)
  assert.ok(server.log.some(({ msg }) => /refused 127\.0\.1\.200:\d+: address_denied/.test(msg)))
})

test('--max-connections-per-address bounds what one address has open, and no other', limits, async t => {
  const server = await startServer(t, ['--workers', '1', '--max-connections-per-address', '3'])
  const kept: Socket[] = []
  const served: boolean[] = []
  for (let number = 0; number < 5; number++) served.push(await isServed(t, server, '127.0.3.1', kept))
  assert.deepEqual(served, [true, true, true, false, false])
  assert.equal(await isServed(t, server, '127.0.3.2'), true)
  assert.equal(await refusedAs(server, 'address_connections'), 2)
  kept[0]?.destroy()
  await eventually('room for another one', () => isServed(t, server, '127.0.3.1'))
})

test('--max-connection-rate-per-address slows down who connects again and again, and no other', limits, async t => {
  const server = await startServer(t, ['--workers', '1', '--max-connection-rate-per-address', '1'])
  assert.equal(await isServed(t, server, '127.0.4.1'), true)
  for (let number = 0; (await refusedAs(server, 'address_rate')) === 0; number++) {
    assert.ok(number < 100, 'none of a hundred was too soon')
    await isServed(t, server, '127.0.4.1')
  }
  assert.equal(await isServed(t, server, '127.0.4.2'), true)
  await eventually('its turn', () => isServed(t, server, '127.0.4.1'))
})

import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { presetSwitches } from '../../src/contract/optimizations.ts'
import { FrameServer } from '../../src/dataplane/frame-server.ts'
import { acceptEverySubmit } from '../../src/dataplane/submit-handler.ts'
import { SubmitProtocol } from '../../src/dataplane/submit-protocol.ts'
import type { WireDialect } from '../../src/protocol/wire.ts'
import { roomyLimits } from '../support/frame-server.ts'

const limits = { ...roomyLimits, lingerTimeoutMs: 1000 }

export interface Listening {
  readonly host: string
  readonly port: number
}

/** The product's own frame server, closed after the test. */
export async function frameServer(
  t: TestContext,
  dialect: WireDialect = 'compiled'
): Promise<Listening & { server: FrameServer }> {
  const protocol = new SubmitProtocol({
    handler: acceptEverySubmit,
    dialect,
    maxFrameBytes: 1 << 20,
    poolGuard: false,
    onHandlerError() {}
  })
  const switches = presetSwitches('pooled')
  const server = new FrameServer({
    worker: 1,
    incarnation: 0,
    protocol,
    limits,
    switches,
    onRefusal() {},
    onFault() {}
  })
  const host = '127.0.0.1'
  const port = await server.listen({ host, port: 0 })
  t.after(() => server.close())
  return { host, port, server }
}

/** A plain server that does with each connection what the test says, closed after the test. */
export async function plainServer(
  t: TestContext,
  onConnection: (socket: Socket, connection: number) => void
): Promise<Listening & { server: Server }> {
  const sockets: Socket[] = []
  const server = createServer(socket => {
    // Peers that give up on a misbehaving server may well reset the connection.
    socket.on('error', () => {})
    sockets.push(socket)
    onConnection(socket, sockets.length - 1)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port, server }
}

/** A plain server that is handed the ids of the Submits of each read, and may answer them. It checks nothing but lengths. */
export function submitServer(
  t: TestContext,
  onSubmits: (socket: Socket, ids: Buffer[], connection: number) => void
): Promise<Listening & { server: Server }> {
  return plainServer(t, (socket, connection) => {
    let held = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk])
      const ids: Buffer[] = []
      while (held.byteLength >= 4 && held.byteLength >= held.readUInt32BE()) {
        ids.push(held.subarray(5, 13))
        held = held.subarray(held.readUInt32BE())
      }
      if (ids.length > 0) onSubmits(socket, ids, connection)
    })
  })
}

/** An ack as bytes, written down here anew so that the tests do not believe the code they test. */
export function ackFrame(id: Buffer, result = 0, command = 0x81): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, 14, command]), id, Buffer.from([result])])
}

export const acks = (ids: Buffer[], result = 0): Buffer => Buffer.concat(ids.map(id => ackFrame(id, result)))

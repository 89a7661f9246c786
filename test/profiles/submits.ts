import { connect, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

const SUBMITS = 50
const PAYLOAD_BYTES = 200
const ACK_BYTES = 14

/** Submits without end on a few connections, the next lot as soon as the one before is acked. */
export function submitWithoutEnd(t: TestContext, port: number, connections = 4): void {
  const lot = Buffer.concat(Array.from({ length: SUBMITS }, () => submit()))
  for (let index = 0; index < connections; index++) {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let owed = 0
    const send = (): void => {
      owed += SUBMITS * ACK_BYTES
      socket.write(lot)
    }
    socket.on('connect', send)
    socket.on('data', chunk => {
      owed -= chunk.byteLength
      if (owed === 0) send()
    })
    socket.on('error', () => {})
    t.after(() => socket.destroy())
  }
}

function submit(): Buffer {
  const frame = Buffer.alloc(4 + 1 + 8 + PAYLOAD_BYTES, 0x61)
  frame.writeUInt32BE(frame.byteLength)
  frame[4] = 2
  return frame
}

import { createServer } from 'node:net'

/**
 * The peer to compare with: the protocol served the plain way, with 'data' events, and a buffer joined to the next one when
 * a frame is cut. No limits, no counters, no switches.  Usage: plain-server.ts PORT
 */
const FRAME_HEAD = Buffer.from([0, 0, 0, 14, 0x81])

const server = createServer(socket => {
  let rest: Buffer = Buffer.alloc(0)
  socket.setNoDelay(true)
  socket.on('error', () => {})
  socket.on('data', data => {
    const bytes = rest.byteLength > 0 ? Buffer.concat([rest, data]) : data
    const acks: Buffer[] = []
    let at = 0
    while (bytes.byteLength - at >= 4) {
      const length = bytes.readUInt32BE(at)
      if (length < 13 || length > 1_048_576) return socket.destroy()
      if (bytes.byteLength - at < length) break
      const ack = Buffer.allocUnsafe(14)
      FRAME_HEAD.copy(ack)
      bytes.copy(ack, 5, at + 5, at + 13)
      ack[13] = 0
      acks.push(ack)
      at += length
    }
    rest = bytes.subarray(at)
    if (acks.length > 0) socket.write(Buffer.concat(acks))
  })
})
server.listen(Number(process.argv[2]), '127.0.0.1')

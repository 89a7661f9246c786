import { createServer } from 'node:net'
import { CoalescedWriter } from '../../src/dataplane/ack-writer.ts'
import type { ReadTarget } from '../../src/dataplane/peer-socket.ts'
import { HEADROOM_BYTES, ReadBuffer } from '../../src/dataplane/read-buffer.ts'
import { AdoptedSocket, adoptableServerOptions } from '../../src/dataplane/socket-adapter.ts'
import { acceptEverySubmit } from '../../src/dataplane/submit-handler.ts'
import { SubmitProtocol } from '../../src/dataplane/submit-protocol.ts'
import { FrameAssembler } from '../../src/protocol/frame-assembler.ts'
import type { Session } from '../../src/protocol/protocol.ts'

/**
 * framelab's data plane with everything switched on and without what it adds for its users: no counters, no clock, no
 * timeouts, no registry, no back-pressure. What it saves is what those cost.  Usage: uncounted-server.ts PORT
 */
const READ_BUFFER_BYTES = 64 * 1024

class SilentWriter extends CoalescedWriter {
  protected override count(): void {}
}

const buffer = new ReadBuffer(READ_BUFFER_BYTES)
const traffic = { framesReceived: 0, framesSent: 0, bytesReceived: 0, bytesSent: 0, reads: 0, writes: 0 }
const writer = new SilentWriter(HEADROOM_BYTES + READ_BUFFER_BYTES, traffic)
const protocol = new SubmitProtocol({
  handler: acceptEverySubmit,
  dialect: 'compiled',
  maxFrameBytes: 1_048_576,
  poolGuard: false,
  onHandlerError: () => {}
})

class UncountedConnection implements ReadTarget {
  readonly id = ''
  readonly answers = writer
  readonly traffic = traffic
  socket!: AdoptedSocket
  #isArmed = false
  readonly #assembler = new FrameAssembler(protocol)
  readonly #session: Session = protocol.open(this)

  nextBuffer(): Uint8Array | undefined {
    if (this.#isArmed) return undefined
    this.#isArmed = true
    return buffer.area
  }

  onRead(length: number): boolean {
    writer.begin(this)
    this.#assembler.push(buffer.octets, HEADROOM_BYTES, HEADROOM_BYTES + length, HEADROOM_BYTES, this.#session)
    writer.flush()
    return true
  }

  answerLater(): void {}

  end(): void {
    this.socket.end()
  }
}

const server = createServer(adoptableServerOptions, accepted => {
  const connection = new UncountedConnection()
  const socket = AdoptedSocket.adopt(accepted, connection, READ_BUFFER_BYTES)
  if (socket === null) return
  connection.socket = socket
  socket.setNoDelay(true)
  socket.on('end', () => socket.end())
  socket.on('error', () => {})
})
server.listen(Number(process.argv[2]), '127.0.0.1')

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { ACK_BYTES, submitAcks, submits } from '../../support/frames.ts'
import { eventually } from './eventually.ts'

/** One connection to a server in another process, from the outside: bytes in, bytes out. */
export class FrameClient {
  readonly socket: Socket
  ended = false
  closed = false
  error: NodeJS.ErrnoException | null = null
  receivedBytes = 0
  #chunks: Buffer[] = []
  #sent = 0

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.receivedBytes += chunk.byteLength
      this.#chunks.push(chunk)
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error
    })
    socket.on('end', () => {
      this.ended = true
    })
    socket.on('close', () => {
      this.closed = true
    })
  }

  static async connect(t: TestContext, port: number): Promise<FrameClient> {
    const client = new FrameClient(connect({ port, host: '127.0.0.1', noDelay: true }))
    t.after(() => client.socket.destroy())
    await once(client.socket, 'connect')
    return client
  }

  get received(): Buffer {
    this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0] as Buffer
  }

  /** Sends so many Submits with ids of their own. */
  submit(count: number): void {
    this.socket.write(submits(count, 20, this.#sent))
    this.#sent += count
  }

  /** Just the acks of all Submits sent so far, in order, have come. */
  get isAcked(): boolean {
    return this.receivedBytes === this.#sent * ACK_BYTES && this.received.equals(submitAcks(this.#sent))
  }

  /** Waits for the acks of all that was sent. */
  async acked(): Promise<void> {
    await eventually(`${this.#sent} acks on one connection`, () => this.isAcked || this.closed)
    if (!this.isAcked) throw new Error(`the connection was closed after ${this.receivedBytes} bytes of acks`)
  }

  async untilClosed(): Promise<void> {
    await eventually('a closed connection', () => this.closed)
  }
}

/** So many clients, each answered already; the nth of them has sent the Submit n. */
export async function connectMany(t: TestContext, framePort: number, count: number): Promise<FrameClient[]> {
  const clients: FrameClient[] = []
  for (let index = 0; index < count; index++) {
    const client = await FrameClient.connect(t, framePort)
    client.submit(index)
    await client.acked()
    clients.push(client)
  }
  return clients
}

import { connect, type Socket } from 'node:net'
import { until } from './until.ts'

/** The other end of a connection: sends bytes, collects what comes, and says nothing of its own. */
export class Peer {
  readonly socket: Socket
  /** The server has sent FIN. */
  ended = false
  closed = false
  error: NodeJS.ErrnoException | null = null
  receivedBytes = 0
  #chunks: Buffer[] = []

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('end', () => {
      this.ended = true
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error
    })
    socket.on('close', () => {
      this.closed = true
    })
  }

  static async connect(port: number, localAddress = '127.0.0.1'): Promise<Peer> {
    const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true, noDelay: true })
    const peer = new Peer(socket)
    await until(() => !socket.connecting, 'the peer is connected')
    if (peer.error !== null) throw peer.error
    return peer
  }

  /** Reads from now on. A peer that never reads is one that was never told to. */
  read(): this {
    this.socket.on('data', (chunk: Buffer) => {
      this.receivedBytes += chunk.byteLength
      this.#chunks.push(chunk)
    })
    return this
  }

  get port(): number {
    return this.socket.localPort ?? 0
  }

  get received(): Buffer {
    this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0] as Buffer
  }

  send(bytes: Uint8Array): void {
    this.socket.write(bytes)
  }

  /** Sends the pieces one by one, each when the server has taken all before it, so that it sees just these pieces. */
  async sendPieces(pieces: readonly Uint8Array[], bytesTaken: () => number): Promise<void> {
    let sent = bytesTaken()
    for (const piece of pieces) {
      this.socket.write(piece)
      sent += piece.byteLength
      await until(() => bytesTaken() >= sent || this.closed, 'the server has read the piece')
    }
  }

  /** Sends no more; still reads. */
  end(): void {
    this.socket.end()
  }

  reset(): void {
    this.socket.resetAndDestroy()
  }

  /** The first `count` bytes that came, as soon as they have. */
  async bytes(count: number): Promise<Buffer> {
    await until(() => this.receivedBytes >= count || this.ended || this.closed, `${count} bytes have come`)
    return this.received.subarray(0, count)
  }

  /** Sends and waits for as many bytes as the expected answer has more than what came before. */
  async ask(request: Uint8Array, answerBytes: number): Promise<Buffer> {
    const before = this.receivedBytes
    this.send(request)
    return (await this.bytes(before + answerBytes)).subarray(before)
  }

  /** Everything up to the server's FIN. */
  async untilEnded(): Promise<Buffer> {
    await until(() => this.ended || this.closed, 'the server has ended the connection')
    return this.received
  }

  async untilClosed(): Promise<Buffer> {
    await until(() => this.closed, 'the connection is closed')
    return this.received
  }
}

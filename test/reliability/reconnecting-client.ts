import { connect, type Socket } from 'node:net'
import { ACK_BYTES, idOf, submit } from '../support/frames.ts'

const WINDOW = 50

/**
 * Sends Submits steadily, so many at once, and keeps to the two rules by which no Submit is lost while servers come and
 * go: what is answered with result 2 is sent again on another connection, and so is what has no answer when the server
 * ends the connection, because a server answers all it has handled before it does.
 */
export class ReconnectingClient {
  /** How often each Submit was acked with result 0. */
  readonly accepted = new Map<number, number>()
  /** Acks of any result. */
  acks = 0
  connections = 0
  /** Ways in which the server broke the rules. */
  readonly faults: string[] = []
  readonly #port: number
  readonly #host: string
  #next = 0
  readonly #again: number[] = []
  #stopping = false
  #idle!: () => void
  /** Resolves after `stop` when all that was sent is accepted. */
  readonly done = new Promise<void>(resolve => {
    this.#idle = resolve
  })

  constructor(port: number, host = '127.0.0.1') {
    this.#port = port
    this.#host = host
    this.#connect()
  }

  get sent(): number {
    return this.#next
  }

  stop(): void {
    this.#stopping = true
  }

  #connect(): void {
    this.connections++
    const socket = connect({ port: this.#port, host: this.#host, noDelay: true })
    const outstanding: number[] = []
    let leaving = false
    let carried = Buffer.alloc(0)
    socket.on('connect', () => this.#fill(socket, outstanding))
    socket.on('data', chunk => {
      const bytes = Buffer.concat([carried, chunk])
      const whole = bytes.byteLength - (bytes.byteLength % ACK_BYTES)
      for (let at = 0; at < whole; at += ACK_BYTES) {
        const result = this.#take(bytes.subarray(at, at + ACK_BYTES), outstanding)
        if (result === 2) leaving = true
      }
      carried = bytes.subarray(whole)
      if (leaving || (this.#stopping && this.#again.length === 0)) {
        if (outstanding.length === 0) socket.end()
      } else this.#fill(socket, outstanding)
    })
    socket.on('error', error => this.faults.push(error.message))
    socket.on('close', () => {
      if (carried.byteLength > 0) this.faults.push('an ack was cut')
      this.#again.push(...outstanding)
      if (this.#stopping && this.#again.length === 0) this.#idle()
      else this.#connect()
    })
  }

  #fill(socket: Socket, outstanding: number[]): void {
    const frames: Buffer[] = []
    while (outstanding.length < WINDOW) {
      const again = this.#again.shift()
      if (again === undefined && this.#stopping) break
      const id = again ?? this.#next++
      outstanding.push(id)
      frames.push(submit(idOf(id)))
    }
    if (frames.length > 0) socket.write(Buffer.concat(frames))
    else if (outstanding.length === 0) socket.end()
  }

  #take(ack: Buffer, outstanding: number[]): number {
    const id = outstanding.shift()
    const acked = Number(ack.readBigUInt64BE(5))
    const result = ack.readUInt8(13)
    this.acks++
    if (id !== acked) this.faults.push(`an ack of ${acked} where that of ${id} was due`)
    else if (result === 0) this.accepted.set(id, (this.accepted.get(id) ?? 0) + 1)
    else if (result === 2) this.#again.push(id)
    else this.faults.push(`result ${result}`)
    return result
  }
}

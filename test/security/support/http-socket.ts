import { type AddressInfo, connect, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import type { AppOptions } from '../../../src/controlplane/app.ts'
import { labApp } from '../../controlplane/lab-app.ts'
import type { MemoryLab } from '../../controlplane/memory-lab.ts'

export interface Listening {
  readonly lab: MemoryLab
  readonly port: number
}

/** The control plane on a port of its own. */
export async function listeningApp(t: TestContext, options: Partial<AppOptions> = {}): Promise<Listening> {
  const { app, lab } = await labApp(t, options)
  await app.listen({ host: '127.0.0.1', port: 0 })
  // Runs before the app is closed, which would wait for them.
  t.after(() => app.server.closeAllConnections())
  return { lab, port: (app.server.address() as AddressInfo).port }
}

/** A connection that sends whatever it is told to, and keeps what comes. */
export class HttpSocket {
  received = ''
  readonly socket: Socket
  /** Resolves with all that was received, once the server has closed the connection. */
  readonly closed: Promise<string>

  constructor(t: TestContext, port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.setEncoding('latin1').on('data', text => {
      this.received += text
    })
    // Whoever is cut off in mid-sentence gets a reset, which is what was to happen.
    this.socket.on('error', () => {})
    this.closed = new Promise(resolve => this.socket.once('close', () => resolve(this.received)))
    t.after(() => this.socket.destroy())
  }

  send(text: string): this {
    this.socket.write(text, 'latin1')
    return this
  }

  /** Status of the first answer; 0 while there is none. */
  get status(): number {
    return Number(/^HTTP\/1\.1 (\d{3}) /.exec(this.received)?.[1] ?? 0)
  }
}

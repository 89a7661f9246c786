import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { ServerReport } from '../../src/contract/server-report.ts'

const entry = fileURLToPath(new URL('../../dist/cli/framelab.js', import.meta.url))
const PATIENCE_MS = 20_000

/** A whole framelab in processes of its own, as it is compiled. */
export class LabProcess {
  readonly child: ChildProcess
  readonly httpPort: number
  framePort = 0
  log = ''
  /** The exit code, once it has ended by itself. */
  code: number | null = null

  private constructor(child: ChildProcess, httpPort: number) {
    this.child = child
    this.httpPort = httpPort
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.log += text
    })
    child.once('exit', code => {
      this.code = code
    })
  }

  /** Starts it and waits until it accepts frames; ends it with the test. */
  static async start(t: TestContext, ...flags: string[]): Promise<LabProcess> {
    const httpPort = await freePort()
    const args = [entry, 'serve', '--frame-port', '0', '--http-port', `${httpPort}`, ...flags]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    const lab = new LabProcess(child, httpPort)
    t.after(() => lab.#end())
    await eventually('it is ready', async () => {
      if (lab.code !== null) throw new Error(`it has ended with ${lab.code}: ${lab.log}`)
      return fetch(`${lab.url}/readyz`).then(
        ({ ok }) => ok,
        () => false
      )
    })
    lab.framePort = (await lab.get<ServerReport>('/server')).listen.frames.port
    return lab
  }

  get url(): string {
    return `http://127.0.0.1:${this.httpPort}`
  }

  async get<T>(path: string): Promise<T> {
    return (await (await this.ask('GET', path)).json()) as T
  }

  ask(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Response> {
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    return fetch(`${this.url}/api/v1${path}`, { method, headers: { ...type, ...headers }, ...sent })
  }

  async #end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const exit = once(this.child, 'exit')
    this.child.kill('SIGTERM')
    // What a test has left open is not waited for.
    const timer = setTimeout(() => this.child.kill('SIGTERM'), 200)
    await exit
    clearTimeout(timer)
  }
}

/** Asks again and again until it holds. */
export async function eventually(what: string, condition: () => Promise<boolean> | boolean): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`waited in vain until ${what}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}

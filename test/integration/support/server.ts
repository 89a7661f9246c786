import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { ServerReport } from '../../../src/contract/server-report.ts'
import { eventually } from './eventually.ts'
import { type Program, type SpawnOptions, startFramelab } from './processes.ts'

export interface Answer<Body> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

/** A server in processes of its own, on free ports, steered and watched through what any user has. */
export class ServerProcess {
  readonly program: Program
  readonly framePort: number
  readonly url: string

  constructor(program: Program, framePort: number, url: string) {
    this.program = program
    this.framePort = framePort
    this.url = url
  }

  async call<Body = unknown>(method: string, path: string, body?: object): Promise<Answer<Body>> {
    const response = await fetch(this.url + path, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    })
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as Body }
  }

  /** An answer that is as it should be. */
  async ask<Body = unknown>(method: string, path: string, body?: object): Promise<Body> {
    const answer = await this.call<Body>(method, path, body)
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  report(): Promise<ServerReport> {
    return this.ask('GET', '/api/v1/server')
  }

  async pidOf(worker: number): Promise<number> {
    const { workers } = await this.report()
    const pid = workers.find(({ id }) => id === worker)?.pid
    assert.ok(typeof pid === 'number', `worker ${worker} has a process`)
    return pid
  }

  /** The values of samples, such as `framelab_worker_restarts_total{worker="1"}`, of one moment. */
  async metrics(...samples: string[]): Promise<number[]> {
    const lines = (await this.ask<string>('GET', '/metrics')).split('\n')
    return samples.map(sample => {
      const line = lines.find(candidate => candidate.startsWith(`${sample} `))
      assert.ok(line !== undefined, `there is a metric ${sample}`)
      return Number(line.slice(sample.length + 1))
    })
  }

  async metric(sample: string): Promise<number> {
    const [value = Number.NaN] = await this.metrics(sample)
    return value
  }

  /** The messages of the log, oldest first. */
  get log(): { readonly level: number; readonly msg: string; readonly suppressed?: number }[] {
    const lines = this.program.stderr.split('\n').filter(line => line.startsWith('{'))
    return lines.map(line => JSON.parse(line))
  }
}

/** Starts `framelab serve` and waits until it serves. */
export async function startServer(
  t: TestContext,
  args: readonly string[] = [],
  options: SpawnOptions = {}
): Promise<ServerProcess> {
  return serverOf(startFramelab(t, ['serve', '--frame-port', '0', '--http-port', '0', ...args], options))
}

/** The server that this program is, as soon as it has printed where. A program may have much to do before it serves. */
export async function serverOf(program: Program, limitMs?: number): Promise<ServerProcess> {
  const listening = () => {
    if (!program.running) throw new Error(`the server has ended: ${program.stderr}${program.stdout}`)
    const port = /serves frames on \S+:(\d+) /.exec(program.stdout)?.[1]
    const http = /API and docs +(https?:\S+)\/documentation/.exec(program.stdout)?.[1]
    // The last line that is printed: whatever else is looked for has come by then.
    const isWhole = program.stdout.includes('Ctrl-C')
    return isWhole && port !== undefined && http !== undefined ? ([Number(port), http] as const) : null
  }
  const [framePort, url] = await eventually('a server that says where it listens', listening, limitMs)
  return new ServerProcess(program, framePort, url)
}

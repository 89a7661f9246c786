import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { type AppOptions, buildApp } from '../../src/controlplane/app.ts'
import type { InputError, Problem } from '../../src/controlplane/problem.ts'
import { SwitchLoans } from '../../src/workers/experiments/switch-loans.ts'
import { ExplorationRuns } from '../../src/workers/exploration-runs.ts'
import { temporaryFolder } from '../integration/support/checkout.ts'
import { type ApiDocument, assertDocumented } from './documented.ts'
import { MemoryLab } from './memory-lab.ts'
import { MemoryLoads } from './memory-loads.ts'

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'

export interface Sent {
  /** Sent as JSON; text is sent as it stands. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Received {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** Of the shape that the test expects; the document's schema has been checked. */
  json<T>(): T
}

export interface LabApp {
  readonly lab: MemoryLab
  readonly loads: MemoryLoads
  readonly app: FastifyInstance
  /** Sends a request and checks that the answer is one that the OpenAPI document tells of. */
  ask(method: Method, url: string, sent?: Sent): Promise<Received>
}

/** The same for every app of a test file: making it takes longer than most tests. */
let document: ApiDocument | undefined

/** The control plane over a lab in memory; closed when the test ends. */
export async function labApp(t: TestContext, options: Partial<AppOptions> = {}): Promise<LabApp> {
  const lab = new MemoryLab()
  const loads = new MemoryLoads()
  const loans = new SwitchLoans(lab.control, lab.layers, temporaryFolder(t))
  t.after(() => loans.recall('the test has ended'))
  const explorations = new ExplorationRuns({ version: '1.2.3', lab, loads, loans })
  const app = buildApp({ lab, loads, explorations, version: '1.2.3', httpHost: '127.0.0.1', ...options })
  t.after(() => app.close())
  await app.ready()
  document ??= app.swagger() as unknown as ApiDocument
  const api = document

  return {
    lab,
    loads,
    app,
    async ask(method, url, { body, headers = {} } = {}) {
      const response = await app.inject({
        method,
        url,
        headers: { host: '127.0.0.1:8889', ...headers },
        ...(body === undefined ? {} : { payload: body as string | object })
      })
      const received = {
        status: response.statusCode,
        headers: response.headers as Record<string, string>,
        text: response.body
      }
      const contentType = received.headers['content-type'] ?? ''
      assertDocumented(api, { method, url, contentType, ...received })
      return { ...received, json: () => JSON.parse(response.body) }
    }
  }
}

/** Fails unless the answer is this problem; its bad fields, sorted, are those expected when they are given. */
export function assertProblem(received: Received, status: number, places?: readonly string[]): Problem {
  assert.equal(received.status, status, received.text)
  assert.equal(received.headers['content-type'], 'application/problem+json')
  const problem = received.json<Problem>()
  assert.equal(problem.status, status)
  for (const text of [problem.type, problem.title, problem.detail]) assert.ok(text.length > 0)
  if (places !== undefined) assert.deepEqual((problem.errors ?? []).map(placeOf).sort(), [...places].sort())
  return problem
}

function placeOf({ pointer, parameter }: InputError): string {
  return pointer ?? `?${parameter}`
}

import type { TestContext } from 'node:test'
import type { RouteOptions } from 'fastify'
import { buildApp } from '../../../src/controlplane/app.ts'
import { SwitchLoans } from '../../../src/workers/experiments/switch-loans.ts'
import { ExplorationRuns } from '../../../src/workers/exploration-runs.ts'
import { MemoryLab } from '../../controlplane/memory-lab.ts'
import { MemoryLoads } from '../../controlplane/memory-loads.ts'
import { temporaryFolder } from '../../integration/support/checkout.ts'

export interface Operation {
  readonly method: string
  /** As it was declared, with `:id`. */
  readonly path: string
  /** That a request can be sent to. */
  readonly url: string
}

/** Every route that there is, as Fastify has it. */
export async function everyRoute(t: TestContext): Promise<Operation[]> {
  const [lab, loads] = [new MemoryLab(), new MemoryLoads()]
  const loans = new SwitchLoans(lab.control, lab.layers, temporaryFolder(t))
  const explorations = new ExplorationRuns({ version: '1.2.3', lab, loads, loans })
  const app = buildApp({ lab, loads, explorations, version: '1.2.3', httpHost: '127.0.0.1' })
  t.after(() => app.close())
  const routes: Operation[] = []
  app.addHook('onRoute', ({ method, url: path, schema }: RouteOptions) => {
    // The methods that a path refuses are one route, and no operation.
    if (schema?.hide === true && [method].flat().length > 2) return
    const url = path.replace(/:\w+/g, '1').replace('*', 'x')
    for (const one of [method].flat()) routes.push({ method: one, path, url })
  })
  await app.ready()
  return routes
}

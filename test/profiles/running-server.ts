import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RunningServer, runServer } from '../../src/cli/run-server.ts'
import { optionsSchema } from '../../src/contract/options.ts'
import type { ProfileReport } from '../../src/contract/profile.ts'

export interface ProfiledServer {
  readonly url: string
  readonly framePort: number
  readonly dataDir: string
  post(path: string, body: object): Promise<Response>
  patch(path: string, body: object): Promise<Response>
  start(request: object): Promise<ProfileReport>
  /** Waits until the profile has ended, however. */
  ended(id: string): Promise<ProfileReport>
  /** Captures to the end. */
  capture(request: object): Promise<ProfileReport>
}

/** A whole server with real workers; stopped when the test ends. */
export async function startServer(t: TestContext, workers: number): Promise<ProfiledServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'framelab-profiles-'))
  const server: RunningServer = await runServer(
    optionsSchema.parse({ framePort: 0, httpPort: 0, workers, preset: 'baseline', dataDir, logLevel: 'fatal' })
  )
  t.after(async () => {
    server.kill()
    await server.stopped
    await rm(dataDir, { recursive: true })
  })
  const url = `http://127.0.0.1:${server.httpPort}`
  const send = (method: string) => (path: string, body: object) =>
    fetch(url + path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const post = send('POST')
  const start = async (request: object): Promise<ProfileReport> => {
    const response = await post('/api/v1/profiles', request)
    assert.equal(response.status, 202)
    return (await response.json()) as ProfileReport
  }
  const ended = async (id: string): Promise<ProfileReport> => {
    for (;;) {
      const report = (await (await fetch(`${url}/api/v1/profiles/${id}`)).json()) as ProfileReport
      if (report.state !== 'queued' && report.state !== 'running') return report
      await sleep(20)
    }
  }
  return {
    url,
    framePort: server.framePort,
    dataDir,
    post,
    patch: send('PATCH'),
    start,
    ended,
    capture: async request => ended((await start(request)).id)
  }
}

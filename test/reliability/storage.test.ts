import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { ProfileReport } from '../../src/contract/profile.ts'
import { eventually } from '../integration/support/eventually.ts'
import { connectMany } from '../integration/support/frame-client.ts'
import type { ServerProcess } from '../integration/support/server.ts'
import { Disk } from './disk.ts'
import { limits } from './scale.ts'

const onDisks = { ...limits, skip: Disk.cannot }
const experiment = {
  arms: [
    { name: 'a', preset: 'baseline' },
    { name: 'b', preset: 'pooled' }
  ],
  load: { connections: 2 }
}

/** What became of a job. */
async function outcome<Report extends { state: string }>(
  server: ServerProcess,
  path: string,
  body: object
): Promise<Report> {
  const { id } = await server.ask<{ id: string }>('POST', path, body)
  return eventually('the end of it', async () => {
    const report = await server.ask<Report>('GET', `${path}/${id}`)
    return ['queued', 'running'].includes(report.state) ? null : report
  })
}

const profileOf = (server: ServerProcess): Promise<ProfileReport> =>
  outcome(server, '/api/v1/profiles', { kind: 'cpu', seconds: 1 })

/** How a disk goes bad, what the system calls that, and how it becomes good again. */
const faults = [
  { what: 'full', code: 'ENOSPC', break: (disk: Disk) => disk.fill(), repair: (disk: Disk) => disk.makeRoom() },
  {
    what: 'read-only',
    code: 'EROFS',
    break: (disk: Disk) => disk.setWritable(false),
    repair: (disk: Disk) => disk.setWritable(true)
  }
] as const

for (const fault of faults) {
  test(
    `on a disk that is ${fault.what} what cannot be kept says so, nothing is switched, frames are served, and all goes on when it is repaired`,
    onDisks,
    async t => {
      const disk = await Disk.serve(t, { logsToo: fault.what === 'full' })
      const { server } = disk
      const [client] = await connectMany(t, server.framePort, 1)
      const kept = await profileOf(server)
      assert.equal(kept.state, 'done', kept.error ?? '')
      const files = readdirSync(join(disk.folder, 'profiles'))
      const { revision } = await server.ask<{ revision: number }>('GET', '/api/v1/optimizations')

      fault.break(disk)
      const logged = disk.log.length
      const profile = await profileOf(server)
      assert.equal(profile.state, 'failed')
      assert.match(profile.error ?? '', new RegExp(`${fault.code}.*--data-dir names another place`))
      const failed = await outcome<{ state: string; error: string }>(server, '/api/v1/experiments', experiment)
      assert.equal(failed.state, 'failed')
      assert.match(failed.error, new RegExp(`${fault.code}.*--data-dir`))
      assert.equal((await server.ask<{ revision: number }>('GET', '/api/v1/optimizations')).revision, revision)
      assert.deepEqual(readdirSync(join(disk.folder, 'profiles')), files, 'nothing is left half-written')
      assert.equal((await server.call('GET', `/api/v1/profiles/${kept.id}/download?format=cpuprofile`)).status, 200)
      client?.submit(1000)
      await client?.acked()
      if (fault.what === 'full')
        assert.ok(disk.log.length < logged + 4096, 'of the log no more is kept than there was room for')

      fault.repair(disk)
      const next = await profileOf(server)
      assert.equal(next.state, 'done', next.error ?? '')
      await server.call('GET', '/api/v1/workers')
      await eventually('a log that goes on', () => disk.log.length > logged)
      server.program.signal('SIGTERM')
      assert.equal((await server.program.ended).code, 0)
    }
  )
}

import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'

/** For `skip`: why Go's own tool cannot be asked, or false. */
export const withoutGo = spawnSync('go', ['version']).status === 0 ? false : 'Go is not installed'

/** What `go tool pprof` prints. It keeps what it fetches in a folder that is gone after the test. */
export async function goPprof(t: TestContext, ...args: string[]): Promise<string> {
  const env = { ...process.env, PPROF_TMPDIR: await folderOf(t), TZ: 'UTC' }
  const { stdout } = await promisify(execFile)('go', ['tool', 'pprof', ...args], { env })
  return stdout
}

export async function writtenFile(t: TestContext, name: string, content: Uint8Array): Promise<string> {
  const file = join(await folderOf(t), name)
  await writeFile(file, content)
  return file
}

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'framelab-pprof-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

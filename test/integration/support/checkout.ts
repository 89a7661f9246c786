import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { type Ended, Program, root } from './processes.ts'

/** An empty folder, gone after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'framelab-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/**
 * A copy of this checkout as a fresh clone would be, with what is changed in it and with its packages installed: what is
 * built, packed or spoilt there disturbs no other test.
 */
export function freshCheckout(t: TestContext): string {
  const folder = temporaryFolder(t)
  const listed = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'],
    {
      cwd: root,
      encoding: 'utf8'
    }
  )
  const deleted = execFileSync('git', ['ls-files', '-z', '--deleted'], { cwd: root, encoding: 'utf8' }).split('\0')
  const files = listed.split('\0').filter(name => name !== '' && !deleted.includes(name) && name !== 'node_modules')
  for (const file of files) {
    mkdirSync(join(folder, dirname(file)), { recursive: true })
    cpSync(join(root, file), join(folder, file))
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Runs npm, which must succeed. */
export async function npm(t: TestContext, cwd: string, ...args: string[]): Promise<Ended> {
  const ended = await new Program(t, args, { command: 'npm', cwd }).ended
  assert.equal(ended.code, 0, `npm ${args.join(' ')}: ${ended.stderr}${ended.stdout}`)
  return ended
}

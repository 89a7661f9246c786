import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../..', import.meta.url))
const framelab = fileURLToPath(new URL('../../../dist/cli/framelab.js', import.meta.url))

export interface SpawnOptions {
  readonly command?: string
  readonly cwd?: string
  /** On top of an environment that sets no option of framelab. */
  readonly env?: NodeJS.ProcessEnv
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * A child process with a process group of its own, so that whatever it starts can be looked for, and ended, together with
 * it. It does not outlive its test.
 */
export class Program {
  readonly pid: number
  stdout = ''
  stderr = ''
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess

  constructor(
    t: TestContext,
    args: readonly string[],
    { command = process.execPath, cwd = root, env = {} }: SpawnOptions = {}
  ) {
    const child = spawn(command, args, {
      cwd,
      env: { ...plainEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true
    })
    this.#child = child
    this.pid = child.pid ?? 0
    child.stdout.setEncoding('utf8').on('data', text => {
      this.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', text => {
      this.stderr += text
    })
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve({ code, signal, stdout: this.stdout, stderr: this.stderr }))
    })
    t.after(() => this.#endGroup())
    endWithUs(this)
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Whether anything of what it started, or itself, is still there. */
  get groupAlive(): boolean {
    return this.pid > 0 && isAlive(-this.pid)
  }

  killGroup(): void {
    if (this.groupAlive) process.kill(-this.pid, 'SIGKILL')
  }

  async #endGroup(): Promise<void> {
    this.killGroup()
    await this.ended.catch(() => {})
    alive.delete(this)
  }
}

/** The built command line, as `npx framelab` runs it. */
export function startFramelab(t: TestContext, args: readonly string[], options: SpawnOptions = {}): Program {
  if (!existsSync(framelab)) throw new Error('these tests run what was built: npm run build')
  return new Program(t, [framelab, ...args], options)
}

export function runFramelab(t: TestContext, args: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
  return startFramelab(t, args, options).ended
}

/** For a negative pid: whether any process of that group is alive. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** What was set for whoever runs the tests must not decide on what the programs under test do. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const ours = /^(?:FRAMELAB_|NODE_OPTIONS$|npm_(?!config_)|npm_config_local_prefix$)/
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name))
  // node:test tells its children by this how to report.
  return { ...Object.fromEntries(kept), NODE_TEST_CONTEXT: undefined }
}

const alive = new Set<Program>()
let watching = false

/** Groups of their own do not get the Ctrl-C that ends the tests. */
function endWithUs(program: Program): void {
  alive.add(program)
  if (watching) return
  watching = true
  const endAll = (): void => {
    for (const one of alive) one.killGroup()
  }
  process.once('exit', endAll)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      endAll()
      process.kill(process.pid, signal)
    })
  }
}

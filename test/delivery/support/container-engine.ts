import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type Ended, Program } from '../../integration/support/processes.ts'
import { makeBaseRoot } from './base-image.ts'

/**
 * podman with a storage of its own, gone after the test. It runs as root, without a network of its own: containers share
 * the host's.
 */
export class ContainerEngine {
  static readonly missing: string | false = missingPart()
  readonly #t: TestContext
  readonly #folder: string
  readonly #environment: NodeJS.ProcessEnv
  readonly #containers: string[] = []

  constructor(t: TestContext) {
    this.#t = t
    this.#folder = mkdtempSync(join(tmpdir(), 'framelab-podman-'))
    this.#environment = { STORAGE_DRIVER: 'vfs', TMPDIR: this.#folder }
    t.after(async () => {
      for (const name of this.#containers) await this.run('rm', '--force', '--time', '0', name)
      // What podman leaves behind to clean up after a container may still be about it.
      rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    })
  }

  /** Makes an image under this name of the host's own files. */
  importBase(name: string): void {
    const base = join(this.#folder, 'base')
    mkdirSync(base)
    makeBaseRoot(base)
    const archive = join(this.#folder, 'base.tar')
    execFileSync('tar', ['-C', base, '-cf', archive, '.'])
    rmSync(base, { recursive: true })
    const { NODE_EXTRA_CA_CERTS: certificates } = process.env
    const change = certificates === undefined ? [] : ['--change', `ENV NODE_EXTRA_CA_CERTS=${certificates}`]
    execFileSync('podman', this.#arguments('import', ...change, archive, name), {
      env: { ...process.env, ...this.#environment },
      stdio: 'pipe'
    })
    rmSync(archive)
  }

  /** Runs podman, which must succeed; what it printed. */
  async ask(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args)
    if (code !== 0) throw new Error(`podman ${args.join(' ')}: exit ${code}: ${stderr}${stdout}`)
    return stdout.trim()
  }

  run(...args: string[]): Promise<Ended> {
    return this.start(...args).ended
  }

  start(...args: string[]): Program {
    const name = args[args.indexOf('--name') + 1]
    if (args.includes('--name') && name !== undefined) this.#containers.push(name)
    return new Program(this.#t, this.#arguments(...args), { command: 'podman', env: this.#environment })
  }

  #arguments(...args: string[]): string[] {
    const storage = ['--root', join(this.#folder, 'storage'), '--runroot', join(this.#folder, 'run')]
    return [...storage, '--cgroup-manager', 'cgroupfs', '--runtime', 'runc', '--log-level', 'fatal', ...args]
  }
}

function missingPart(): string | false {
  if (process.getuid?.() !== 0) return 'containers are built and run as root'
  for (const name of ['podman', 'runc']) {
    if (spawnSync(name, ['--version']).status !== 0) return `${name} is not installed`
  }
  return false
}

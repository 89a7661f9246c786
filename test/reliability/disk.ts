import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { temporaryFolder } from '../integration/support/checkout.ts'
import { Program } from '../integration/support/processes.ts'
import { type ServerProcess, serverOf } from '../integration/support/server.ts'

/** A disk of a server's own, which holds its data and its log, and which can be full, or not be written to. */
export class Disk {
  readonly server: ServerProcess
  readonly folder: string
  readonly #filler: string

  private constructor(server: ServerProcess, folder: string) {
    this.server = server
    // As the server sees it: nobody else does.
    this.folder = join('/proc', `${server.program.pid}`, 'root', folder)
    this.#filler = join(this.folder, 'filler')
  }

  /** Why this machine can have none; false when it can. */
  static get cannot(): string | false {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'a file system of its own wants Linux and root'
    const tried = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'])
    return tried.status === 0 ? false : `no file system can be mounted: ${tried.stderr}`
  }

  /** Starts `framelab serve` with its data on a disk of 1 MiB, and with its log, if it is to be there too. */
  static async serve(t: TestContext, { logsToo = false }: { readonly logsToo?: boolean } = {}): Promise<Disk> {
    const folder = temporaryFolder(t)
    const serve = '"$0" dist/cli/framelab.js serve --workers 1 --frame-port 0 --http-port 0 --log-level debug'
    const script = `mount -t tmpfs -o size=1m none "$1" && exec ${serve} --data-dir "$1" ${logsToo ? '2>"$1/log"' : ''}`
    const program = new Program(t, ['--mount', 'sh', '-c', script, process.execPath, folder], { command: 'unshare' })
    return new Disk(await serverOf(program), folder)
  }

  get log(): string {
    const file = join(this.folder, 'log')
    return existsSync(file) ? readFileSync(file, 'utf8') : this.server.program.stderr
  }

  /** Not one byte more can be written. */
  fill(): void {
    const file = openSync(this.#filler, 'w')
    try {
      for (;;) writeSync(file, Buffer.alloc(4096))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    } finally {
      closeSync(file)
    }
  }

  makeRoom(): void {
    rmSync(this.#filler)
  }

  setWritable(isWritable: boolean): void {
    const { pid } = this.server.program
    const folder = this.folder.replace(/^\/proc\/\d+\/root/, '')
    execFileSync('nsenter', [
      '--mount',
      `--target=${pid}`,
      'mount',
      '-o',
      `remount,${isWritable ? 'rw' : 'ro'}`,
      folder
    ])
  }
}

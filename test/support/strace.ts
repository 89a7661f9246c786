import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Switches } from '../../src/contract/optimizations.ts'
import { until } from './until.ts'

const CALLS = 'read,readv,recvmsg,recvfrom,write,writev,sendmsg,sendto,setsockopt'

export const hasStrace = spawnSync('strace', ['-V']).status === 0

/** One system call on a socket: what it returned, and how many bytes it asked for or gave. */
export interface SystemCall {
  readonly name: string
  readonly size: number
  readonly result: number
  readonly text: string
}

export interface TracedServer {
  readonly port: number
  switchTo(switches: Switches): Promise<void>
  /** Ends the server, and tells the calls on the connection of each peer, by the peer's port, in their order. */
  stop(): Promise<Map<number, SystemCall[]>>
}

/** A frame server under strace. */
export async function startTracedServer(t: TestContext): Promise<TracedServer> {
  const folder = mkdtempSync(join(tmpdir(), 'framelab-strace-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const log = join(folder, 'calls')
  const program = fileURLToPath(new URL('traced-frame-server.ts', import.meta.url))
  // A file for each thread: in one file, calls of two threads cut each other in half.
  const options = ['-ff', '-yy', '-s', '8', '-e', `trace=${CALLS}`, '-o', log]
  const child = spawn('strace', [...options, process.execPath, '--import', 'tsx', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // The runner tells its own children what to report; this one is none.
    env: { ...process.env, NODE_TEST_CONTEXT: undefined }
  })
  t.after(() => child.kill('SIGKILL'))
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', line => lines.push(line))
  await until(() => lines.length > 0 || hasEnded(child), 'the traced server listens')
  const port = Number(lines[0])
  return {
    port,
    async switchTo(switches) {
      const confirmed = lines.length
      child.stdin.write(`${JSON.stringify(switches)}\n`)
      await until(() => lines.length > confirmed || hasEnded(child), 'the switches are set')
    },
    async stop() {
      child.stdin.end()
      await until(() => hasEnded(child), 'the traced server has ended')
      return callsByPeer(
        readdirSync(folder)
          .map(file => readFileSync(join(folder, file), 'utf8'))
          .join('\n'),
        port
      )
    }
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

/** `read(21<TCP:[127.0.0.1:8888->127.0.0.1:50123]>, "..."..., 4) = 4`, on the side that listens on `port`. */
function callsByPeer(log: string, port: number): Map<number, SystemCall[]> {
  const calls = new Map<number, SystemCall[]>()
  const onConnection = new RegExp(`^(\\w+)\\(\\d+<TCP:\\[[\\d.]+:${port}->[\\d.]+:(\\d+)\\]>, (.*)\\) += (-?\\d+)`)
  for (const line of log.split('\n')) {
    const [, name, peer, rest, result] = onConnection.exec(line) ?? []
    if (name === undefined || rest === undefined) continue
    const own = calls.get(Number(peer)) ?? []
    calls.set(Number(peer), own)
    own.push({ name, size: Number(/(\d+)$/.exec(rest)?.[1]), result: Number(result), text: rest })
  }
  return calls
}

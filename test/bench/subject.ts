import { type ChildProcess, spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { onCore, SERVER_CORE } from './cores.ts'

/** A server that is measured. */
export interface Subject {
  readonly name: string
  readonly port: number
  /** The process that serves frames: what its processor time is read from. */
  readonly pid: number
  stop(): Promise<void>
}

/** Its control plane is a process of its own. */
export interface Framelab extends Subject {
  readonly http: string
  readonly primaryPid: number
}

const cli = fileURLToPath(new URL('../../dist/cli/framelab.js', import.meta.url))

/** framelab as it is installed: one worker, in the state of a preset. The control plane is another process. */
export async function startFramelab(preset: string): Promise<Framelab> {
  const flags = [
    'serve',
    '--workers',
    '1',
    '--frame-port',
    '0',
    '--http-port',
    '0',
    '--preset',
    preset,
    '--log-level',
    'warn'
  ]
  const child = start(process.execPath, [cli, ...flags])
  const http = await new Promise<string>((resolve, reject) => {
    let said = ''
    child.stdout?.on('data', chunk => {
      said += chunk
      const [address] = /http:\/\/[\d.]+:\d+/.exec(said) ?? []
      if (address !== undefined) resolve(address)
    })
    child.once('exit', code => reject(new Error(`framelab serve ended with exit code ${code}`)))
  })
  const response = await fetch(`${http}/api/v1/server`)
  const { listen, workers } = (await response.json()) as {
    listen: { frames: { port: number } }
    workers: { pid: number }[]
  }
  return {
    name: `framelab ${preset}`,
    port: listen.frames.port,
    pid: workers[0]?.pid ?? 0,
    stop: () => stop(child),
    http,
    primaryPid: child.pid ?? 0
  }
}

/** A server of this folder, run from its source. */
export function startScript(name: string, script: string): Promise<Subject> {
  const path = fileURLToPath(new URL(script, import.meta.url))
  return startCommand(name, port => [process.execPath, '--import', 'tsx', path, `${port}`])
}

/** Any server of this protocol: a command in which {port} stands for the port. */
export function startPeer(command: string): Promise<Subject> {
  const [program = ''] = command.split(' ')
  return startCommand(program.split('/').at(-1) ?? program, port => command.replaceAll('{port}', `${port}`).split(' '))
}

async function startCommand(name: string, commandLine: (port: number) => string[]): Promise<Subject> {
  const port = await freePort()
  const [program = '', ...args] = commandLine(port)
  const child = start(program, args)
  await accepts(port, child)
  return { name, port, pid: child.pid ?? 0, stop: () => stop(child) }
}

function start(program: string, args: string[]): ChildProcess {
  const [pinned = '', ...pinnedArgs] = onCore(SERVER_CORE, [program, ...args])
  return spawn(pinned, pinnedArgs, { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise(resolve => child.once('exit', resolve))
  child.kill('SIGTERM')
  const deadline = setTimeout(() => child.kill('SIGKILL'), 5000)
  await ended
  clearTimeout(deadline)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

async function accepts(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with exit code ${child.exitCode}`)
    const isOpen = await new Promise<boolean>(resolve => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (isOpen) return
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, readFileSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually } from '../../integration/support/eventually.ts'
import { Program } from '../../integration/support/processes.ts'

/** What a wire does to the packets on it, in both directions. What is not said stays as it was. */
export interface WireQuality {
  readonly delayMs?: number
  /** Added to the delay of each packet at random, so that one overtakes another. */
  readonly jitterMs?: number
  /** Part of the packets that get lost, 0 to 1. */
  readonly loss?: number
  /** Part of the packets that come twice, 0 to 1. */
  readonly twice?: number
  readonly isCut?: boolean
}

/** ioctl TUNSETIFF, and a device that gives bare IP packets (linux/if_tun.h). */
const openDevice =
  'sub device { sysopen(my $f, "/dev/net/tun", 2) or die "/dev/net/tun: $!"; ' +
  'ioctl($f, 0x400454ca, pack("a16 s x22", $_[0], 0x1001)) or die "$_[0]: $!"; $f } $^F = 255; '

/**
 * A cable between this machine and another one, which is a network namespace. Its packets pass through a process of ours,
 * which delays, reorders, doubles and loses them as it is told: what `tc netem` does where the kernel has it. Device,
 * namespace and all are gone with that process.
 */
export class Wire {
  /** Addresses of this end and of the other: of the block for benchmarks (RFC 2544), which is nobody's. */
  readonly here: string
  readonly there: string
  readonly #relay: ChildProcess
  readonly #block: string

  private constructor(t: TestContext, relay: ChildProcess) {
    this.#relay = relay
    const pid = relay.pid ?? 0
    // Four addresses for each process id.
    this.#block = [198, 18 + ((pid >> 14) & 1), (pid >> 6) & 255].join('.')
    const first = (pid & 63) * 4
    this.here = `${this.#block}.${first + 1}`
    this.there = `${this.#block}.${first + 2}`
    t.after(() => relay.kill('SIGKILL'))
  }

  /** Why this machine can have none; false when it can. */
  static get cannot(): string | false {
    if (process.platform !== 'linux') return 'network namespaces are Linux'
    if (process.getuid?.() !== 0) return 'network namespaces want root'
    try {
      accessSync('/dev/net/tun', constants.R_OK | constants.W_OK)
      execFileSync('unshare', ['--net', 'perl', '-e', `${openDevice} device("probe")`], { stdio: 'ignore' })
      execFileSync('ip', ['-Version'], { stdio: 'ignore' })
      return false
    } catch (error) {
      return `this machine gives no network devices of its own: ${(error as Error).message.split('\n')[0]}`
    }
  }

  /** `mtu` bounds each packet: 128 leaves 88 bytes of TCP's stream in one. */
  static async lay(t: TestContext, mtu: number): Promise<Wire> {
    const relayFile = fileURLToPath(new URL('wire-process.ts', import.meta.url))
    const node = [process.execPath, '--import', 'tsx', relayFile]
    // The first device is opened in this namespace, the second in that of the far end; both are handed down.
    const far = `${openDevice} $far = device("wire"); $ENV{FAR} = fileno($far); exec @ARGV`
    const near = `${openDevice} $near = device("wire$$"); $ENV{NEAR} = fileno($near); exec "unshare", "--net", "perl", "-e", @ARGV`
    const relay = spawn('perl', ['-e', near, far, ...node], { stdio: ['pipe', 'pipe', 'inherit'] })
    const wire = new Wire(t, relay)
    await once(relay.stdout as NodeJS.ReadableStream, 'data')
    wire.#connect(mtu)
    return wire
  }

  /** Resolves when it is so. */
  async change(quality: WireQuality): Promise<void> {
    const done = once(this.#relay.stdout as NodeJS.ReadableStream, 'data')
    this.#relay.stdin?.write(`${JSON.stringify(quality)}\n`)
    await done
  }

  /** A program at the far end. */
  run(t: TestContext, args: readonly string[]): Program {
    return new Program(t, [...this.#farEnd, process.execPath, ...args], { command: 'nsenter' })
  }

  /** The far end has lost power: its connections are forgotten without a word. To be called while the cable is cut. */
  async forgotten(): Promise<void> {
    await eventually('no connection at the far end', () => {
      // Below the line of titles, one for each connection.
      const lines = readFileSync(`/proc/${this.#relay.pid}/net/tcp`, 'utf8').trim().split('\n')
      return lines.length === 1
    })
  }

  get #farEnd(): string[] {
    return ['--target', `${this.#relay.pid}`, '--net']
  }

  #connect(mtu: number): void {
    const device = `wire${this.#relay.pid}`
    const here = (...args: string[]): void => void execFileSync('ip', args)
    const there = (...args: string[]): void => void execFileSync('nsenter', [...this.#farEnd, 'ip', ...args])
    here('addr', 'add', this.here, 'peer', this.there, 'dev', device)
    here('link', 'set', device, 'mtu', `${mtu}`, 'up')
    there('addr', 'add', this.there, 'peer', this.here, 'dev', 'wire')
    there('link', 'set', 'wire', 'mtu', `${mtu}`, 'up')
    // A process that is killed there leaves a FIN to be sent again: once, and then it is forgotten.
    execFileSync('nsenter', [...this.#farEnd, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/tcp_orphan_retries'])
  }
}

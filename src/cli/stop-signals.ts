import { constants } from 'node:os'
import type { RunningServer } from './run-server.ts'

const signals = ['SIGINT', 'SIGTERM'] as const
type StopSignal = (typeof signals)[number]

/**
 * The first signal drains, once there is a server to drain: a primary that ends while its workers start leaves them to find
 * out. A second one ends everything now, which is no success, as what was under way is lost.
 */
export class StopSignals {
  #asked = 0
  #server: RunningServer | null = null
  readonly #listeners = signals.map(signal => [signal, () => this.#onSignal(signal)] as const)

  constructor() {
    for (const [signal, listener] of this.#listeners) process.on(signal, listener)
  }

  stop(server: RunningServer): void {
    this.#server = server
    if (this.#asked > 0) server.drain()
  }

  #onSignal(signal: StopSignal): void {
    this.#asked++
    if (this.#asked === 1) {
      this.#server?.drain()
    } else if (this.#server === null) {
      for (const [name, listener] of this.#listeners) process.off(name, listener)
      process.kill(process.pid, signal)
    } else {
      // As a shell tells of a program that a signal has ended.
      process.exitCode = 128 + constants.signals[signal]
      this.#server.kill()
    }
  }
}

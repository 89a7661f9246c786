import { performance } from 'node:perf_hooks'
import type { Connection } from './connection.ts'
import type { ConnectionRegistry } from './connection-registry.ts'
import type { Limits } from './limits.ts'

const SHORTEST_PERIOD_MS = 10
const LONGEST_PERIOD_MS = 1000

/**
 * Looks at all connections now and then, so that none needs timers of its own; often enough that no timeout is late by more
 * than a quarter of itself. To look at a connection that is idle costs a cache miss or two, so those that are about to
 * close, of which there are few and whose time is short, are looked at by themselves.
 */
export class TimeoutWatch {
  readonly #registry: ConnectionRegistry
  readonly #limits: Limits
  #timers: NodeJS.Timeout[] = []

  constructor(registry: ConnectionRegistry, limits: Limits) {
    this.#registry = registry
    this.#limits = limits
  }

  start(): void {
    const { frameTimeoutMs, idleTimeoutMs, drainTimeoutMs, lingerTimeoutMs } = this.#limits
    this.#timers = [
      every(periodMs(frameTimeoutMs, idleTimeoutMs, drainTimeoutMs), this.#registry),
      every(periodMs(lingerTimeoutMs, drainTimeoutMs), this.#registry.closing)
    ]
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#timers = []
  }
}

/** A timeout of 0 is none. */
function periodMs(...timeoutsMs: readonly number[]): number {
  const shortestMs = Math.min(...timeoutsMs.filter(ms => ms > 0))
  return Math.min(LONGEST_PERIOD_MS, Math.max(SHORTEST_PERIOD_MS, shortestMs / 4))
}

function every(ms: number, connections: Iterable<Connection>): NodeJS.Timeout {
  const enforce = (): void => {
    const nowMs = performance.now()
    for (const connection of connections) connection.enforceTimeouts(nowMs)
  }
  // Not before what has come is read: a loop that was held up turns to its timers first.
  return setInterval(setImmediate, ms, enforce).unref()
}

import { InvalidArgumentError } from 'commander'
import { DurationError, formatDuration, parseDuration } from '../contract/duration.ts'
import type { Bounds } from '../contract/load-bounds.ts'
import { parseThreshold, type Threshold, ThresholdError } from '../contract/load-threshold.ts'

/** Parsers for commander, which puts flag and value before the rule that they give. */

export function wholeNumber(bounds: Bounds): (text: string) => number {
  return text => {
    const value = /^(0|[1-9]\d*)$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= bounds.min && value <= bounds.max)) {
      throw new InvalidArgumentError(`It must be a whole number from ${bounds.min} to ${bounds.max}.`)
    }
    return value
  }
}

/** One length for all payloads, or `64..4096` for any between. */
export function payload(bounds: Bounds): (text: string) => number | Bounds {
  const one = wholeNumber(bounds)
  return text => {
    const [, from, to] = /^(\d+)\.\.(\d+)$/.exec(text) ?? []
    if (from === undefined || to === undefined) {
      if (text.includes('..'))
        throw new InvalidArgumentError('A range is written as 64..4096, the smaller length first.')
      return one(text)
    }
    const range = { min: one(from), max: one(to) }
    if (range.min > range.max) {
      throw new InvalidArgumentError('A range is written as 64..4096, the smaller length first.')
    }
    return range
  }
}

/** A number of processes, or `auto` for as many as are needed. */
export function processCount(bounds: Bounds): (text: string) => number | 'auto' {
  return text => {
    if (text === 'auto') return 'auto'
    try {
      return wholeNumber(bounds)(text)
    } catch {
      throw new InvalidArgumentError(`It must be 'auto' or a whole number from ${bounds.min} to ${bounds.max}.`)
    }
  }
}

/** A threshold, added to those that the flag gave before. */
export function anotherThreshold(text: string, before: readonly Threshold[] = []): Threshold[] {
  try {
    return [...before, parseThreshold(text)]
  } catch (error) {
    if (!ThresholdError.is(error)) throw error
    throw new InvalidArgumentError(`${error.message.slice(error.message.indexOf(': ') + 2)}.`)
  }
}

export function duration(bounds: Bounds): (text: string) => number {
  const range = `from ${formatDuration(bounds.min)} to ${formatDuration(bounds.max)}`
  return text => {
    try {
      const durationMs = parseDuration(text)
      if (durationMs >= bounds.min && durationMs <= bounds.max) return durationMs
    } catch (error) {
      if (!DurationError.is(error)) throw error
    }
    throw new InvalidArgumentError(`It must be a duration ${range}, written as 500ms, 5s, 2m or 1h.`)
  }
}

export interface Address {
  readonly host: string
  readonly port: number
}

/** `host:port`; an IPv6 address stands in brackets. */
export function address(portBounds: Bounds): (text: string) => Address {
  return text => {
    const [, bracketed, plain, port = ''] = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^\s:[\]/]+)):(\d+)$/.exec(text) ?? []
    const host = bracketed ?? plain
    const isPort = /^[1-9]\d*$/.test(port) && Number(port) <= portBounds.max
    if (host === undefined || !isPort) {
      const range = `a port from ${portBounds.min} to ${portBounds.max}`
      throw new InvalidArgumentError(`It must be HOST:PORT with ${range}, such as 127.0.0.1:8888 or [::1]:8888.`)
    }
    return { host, port: Number(port) }
  }
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

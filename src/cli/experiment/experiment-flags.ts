import { InvalidArgumentError } from 'commander'
import {
  type ExperimentGuards,
  type ExperimentMetric,
  experimentBounds,
  experimentMetrics
} from '../../contract/experiment.ts'
import type { Bounds } from '../../contract/load-bounds.ts'

/** Parsers for commander, which puts flag and value before the rule that they give. */

export function numberWithin({ min, max }: Bounds): (text: string) => number {
  return text => {
    const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= min && value <= max)) throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`)
    return value
  }
}

export type Margins = Partial<Record<ExperimentMetric, number>>

const metricNames = experimentMetrics.map(({ name }) => name) as string[]

/** `2` for all metrics, `p99=10` for one; added to what the flag said before. */
export function anotherMargin(text: string, before: Margins = {}): Margins {
  const [, metric, value] = /^(?:(\w+)=)?([\d.]+)$/.exec(text) ?? []
  const known = metric === undefined || metricNames.includes(metric)
  if (value === undefined || !known) {
    throw new InvalidArgumentError(
      `It must be a percentage, alone or as METRIC=PERCENT, METRIC one of ${metricNames.join(', ')}.`
    )
  }
  const percent = numberWithin(experimentBounds.marginPercent)(value)
  const names = metric === undefined ? metricNames : [metric]
  return { ...before, ...Object.fromEntries(names.map(name => [name, percent])) }
}

export type Guards = Partial<ExperimentGuards>

const guardNames = ['errorRate', 'p99Factor', 'loopDelayMs', 'rssBytes'] as const satisfies (keyof ExperimentGuards)[]

/** `p99Factor=5`, or `p99Factor=off`; added to what the flag said before. */
export function anotherGuard(text: string, before: Guards = {}): Guards {
  const [, name, value] = /^(\w+)=(off|\d+(?:\.\d+)?)$/.exec(text) ?? []
  if (!(guardNames as readonly (string | undefined)[]).includes(name)) {
    throw new InvalidArgumentError(`It must be NAME=NUMBER or NAME=off, NAME one of ${guardNames.join(', ')}.`)
  }
  return { ...before, [name as string]: value === 'off' ? null : Number(value) }
}

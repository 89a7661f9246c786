import type { Metric } from 'prom-client'
import type { AnyRegistry } from './exposition-format.ts'
import type { Distribution, Family, Labels, Scrape } from './family.ts'

/** Registers a histogram that was counted elsewhere, which prom-client's own, fed by `observe`, cannot take. */
export function registerHistogram(registry: AnyRegistry, family: Family<Distribution>, scrape: Scrape): void {
  const { name, help } = family
  const values = [...family.samples(scrape)].flatMap(([labels, distribution]) => samplesOf(name, labels, distribution))
  const metric = { name, get: async () => ({ name, help, type: 'histogram', values, aggregator: 'sum' }) }
  // All that a registry asks of a metric is its name and `get`; the type of its parameter is the union of its own classes.
  registry.registerMetric(metric as unknown as Metric)
}

function samplesOf(name: string, labels: Labels, { bounds, counts, count, sum, exemplars = [] }: Distribution) {
  const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound, index, all) => {
    const above = all[index - 1] ?? Number.NEGATIVE_INFINITY
    return {
      metricName: `${name}_bucket`,
      labels: { ...labels, le: canonical(bound) },
      value: bound === Number.POSITIVE_INFINITY ? count : (counts[index] ?? 0),
      exemplar: exemplars.find(({ value }) => value > above && value <= bound)
    }
  })
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count }
  ]
}

/** A bound as OpenMetrics wants it written, in either format: a series keeps its name whichever a scraper takes. */
function canonical(bound: number): string {
  if (bound === Number.POSITIVE_INFINITY) return '+Inf'
  if (Number.isInteger(bound)) return `${bound}.0`
  return bound < 1e-4 ? bound.toExponential().replace(/e-(\d)$/, 'e-0$1') : String(bound)
}

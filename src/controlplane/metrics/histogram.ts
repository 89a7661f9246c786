import type { Metric, Registry } from 'prom-client'
import type { Distribution, Family, Labels, Scrape } from './family.ts'

/** Registers a histogram that was counted elsewhere, which prom-client's own, fed by `observe`, cannot take. */
export function registerHistogram(registry: Registry, family: Family<Distribution>, scrape: Scrape): void {
  const { name, help } = family
  const values = [...family.samples(scrape)].flatMap(([labels, distribution]) => samplesOf(name, labels, distribution))
  const metric = { name, get: async () => ({ name, help, type: 'histogram', values, aggregator: 'sum' }) }
  // All that a registry asks of a metric is its name and `get`; the type of its parameter is the union of its own classes.
  registry.registerMetric(metric as unknown as Metric)
}

function samplesOf(name: string, labels: Labels, { bounds, counts, count, sum }: Distribution) {
  const buckets = bounds.map((bound, index) => ({ le: String(bound), value: counts[index] ?? 0 }))
  return [
    ...[...buckets, { le: '+Inf', value: count }].map(({ le, value }) => ({
      metricName: `${name}_bucket`,
      labels: { ...labels, le },
      value
    })),
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count }
  ]
}

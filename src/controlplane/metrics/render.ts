import { Counter, Gauge } from 'prom-client'
import type { LabMetrics } from '../../contract/server-report.ts'
import { type ExpositionFormat, registryOf } from './exposition-format.ts'
import type { Scrape } from './family.ts'
import { registerHistogram } from './histogram.ts'
import { countOpenFiles } from './open-files.ts'
import { processFamilies } from './process-families.ts'
import { serverFamilies } from './server-families.ts'

/**
 * The metrics for Prometheus, with exemplars where the format has them. The registry lives for one scrape: whoever else
 * scrapes changes nothing, and what is gone leaves no series behind.
 */
export async function renderMetrics(metrics: LabMetrics, format: ExpositionFormat): Promise<string> {
  const registry = registryOf(format)
  const registers = [registry]
  const scrape: Scrape = { ...metrics, openFiles: await countOpenFiles(metrics) }

  for (const { counters, gauges, histograms } of [serverFamilies, processFamilies]) {
    for (const { name, help, labels: labelNames, samples } of counters) {
      const counter = new Counter({ name, help, labelNames, registers })
      for (const [labels, value] of samples(scrape)) counter.inc(labels, value)
    }
    for (const { name, help, labels: labelNames, samples } of gauges) {
      const gauge = new Gauge({ name, help, labelNames, registers })
      for (const [labels, value] of samples(scrape)) gauge.set(labels, value)
    }
    for (const family of histograms) registerHistogram(registry, family, scrape)
  }
  return registry.metrics()
}

import { type OpenMetricsContentType, type PrometheusContentType, Registry } from 'prom-client'

export type ExpositionFormat = PrometheusContentType | OpenMetricsContentType
export type AnyRegistry = Registry<PrometheusContentType> | Registry<OpenMetricsContentType>

/** OpenMetrics for whoever asks for it by name and does not like text better, as Prometheus does; text for all others. */
export function formatFor(accept = ''): ExpositionFormat {
  const openMetrics = preference(accept, 'application/openmetrics-text', '1.0.0')
  const isPreferred = openMetrics > 0 && openMetrics >= preference(accept, 'text/plain', '0.0.4')
  return isPreferred ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE
}

/** How much a client wants a media type: 0 (not at all) to 1. */
function preference(accept: string, type: string, version: string): number {
  const weights = accept.split(',').map(range => {
    const [name, ...parameters] = range.toLowerCase().replaceAll(' ', '').split(';')
    const values = new Map(parameters.map(parameter => parameter.split('=', 2) as [string, string]))
    if (name !== type || (values.get('version') ?? version) !== version) return 0
    const weight = Number(values.get('q') ?? 1)
    return weight >= 0 && weight <= 1 ? weight : 0
  })
  return Math.max(...weights)
}

export function registryOf(format: ExpositionFormat): AnyRegistry {
  if (format === Registry.PROMETHEUS_CONTENT_TYPE) return new Registry()
  const registry = new Registry<OpenMetricsContentType>()
  registry.setContentType(format)
  return registry
}

import otel from '@fastify/otel'
import { propagation, type Span, SpanStatusCode } from '@opentelemetry/api'
import { ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace'
import type { FastifyPluginCallback, FastifyRequest } from 'fastify'

/**
 * Spans of the control plane's requests, sent to a collector in batches over OTLP/HTTP. Loaded only when it is asked for:
 * without it, nothing of OpenTelemetry's SDK is in the process.
 *
 * What a client may write anywhere, a secret by mistake included, is in no span: of an address they tell the route, of an
 * error that there was one, of headers and bodies nothing. The request's id leads to the log.
 */
export interface RequestTraces {
  /** To be registered before every other plugin, so that what those refuse is traced as well. */
  readonly plugin: FastifyPluginCallback
  /** Sends what is left, and gives up on a collector that does not take it in time. */
  close(): Promise<void>
}

export interface RequestTracesOptions {
  /** Of the collector, its path included: http://127.0.0.1:4318/v1/traces. What it wants as headers is in OTEL_EXPORTER_OTLP_HEADERS. */
  readonly url: string
  /** Of framelab. */
  readonly version: string
  /** Called when spans begin to be lost, and when they no longer are, with how many were; not for every batch. */
  readonly onLoss: (reason: string) => void
  readonly onRecovery: (lostSpans: number) => void
}

const EXPORT_TIMEOUT_MS = 5_000
const LAST_SPANS_MS = 1_000
/** So often a batch goes out; the queue is bounded, and beyond it spans are dropped. */
const BATCH_INTERVAL_MS = 1_000

export function requestTraces({ url, version, onLoss, onRecovery }: RequestTracesOptions): RequestTraces {
  // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES have the last word.
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': 'framelab', 'service.version': version }))
    .merge(detectResources({ detectors: [envDetector] }))
  const collector = new OTLPTraceExporter({ url, timeoutMillis: EXPORT_TIMEOUT_MS })
  const exporter = tellingOfLoss(collector, { onLoss, onRecovery })
  const provider = new TracerProvider({
    resource,
    spanProcessors: [discretion, new BatchSpanProcessor({ exporter, scheduledDelayMillis: BATCH_INTERVAL_MS })]
  })
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  const instrumentation = new otel.FastifyOtelInstrumentation({
    instrumentHooks: false,
    recordExceptions: false,
    requestHook: nameAfterRoute
  })
  instrumentation.setTracerProvider(provider)
  return {
    plugin: instrumentation.plugin(),
    close: async () => {
      const patience = new AbortController()
      const tired = new Promise<void>(resolve => {
        const timer = setTimeout(resolve, LAST_SPANS_MS)
        patience.signal.addEventListener('abort', () => clearTimeout(timer))
      })
      await Promise.race([provider.shutdown().catch(() => {}), tired])
      patience.abort()
    }
  }
}

/** As the semantic conventions want it: the method and the template of the route, of which there are few. */
function nameAfterRoute(span: Span, request: FastifyRequest): void {
  const { url: route = 'no route' } = request.routeOptions
  span.updateName(`${request.method} ${route}`)
  span.setAttributes({ 'url.path': route, 'request.id': request.id })
}

/** The words of an error may quote what was sent. */
const discretion = {
  onStart: () => {},
  onEnding: (span: Span & { readonly status: { readonly code: SpanStatusCode } }) => {
    if (span.status.code === SpanStatusCode.ERROR) span.setStatus({ code: SpanStatusCode.ERROR })
  },
  onEnd: () => {},
  forceFlush: async () => {},
  shutdown: async () => {}
}

function tellingOfLoss(
  exporter: SpanExporter,
  { onLoss, onRecovery }: Pick<RequestTracesOptions, 'onLoss' | 'onRecovery'>
): SpanExporter {
  let lost = 0
  return {
    export: (spans, done) =>
      exporter.export(spans, result => {
        if (result.code === ExportResultCode.FAILED) {
          if (lost === 0) onLoss(result.error?.message ?? 'no reason was given')
          lost += spans.length
        } else if (lost > 0) {
          onRecovery(lost)
          lost = 0
        }
        done(result)
      }),
    shutdown: () => exporter.shutdown()
  }
}

import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

interface KeyValue {
  readonly key: string
  readonly value: { readonly stringValue?: string; readonly intValue?: number | string }
}

export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  /** 2 is SERVER. */
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly KeyValue[]
  readonly events?: readonly unknown[]
  /** Its code is 2 where there was an error. */
  readonly status: { readonly code?: number; readonly message?: string }
}

interface TracesData {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] }
    readonly scopeSpans: readonly { readonly spans: readonly CollectedSpan[] }[]
  }[]
}

/** What receives spans by OTLP/HTTP as a collector does, in its JSON form (opentelemetry-proto, ExportTraceServiceRequest). */
export class SpanCollector {
  /** Everything that came, as it came. */
  text = ''
  headers: IncomingHttpHeaders = {}
  refusing = false
  readonly resources: KeyValue[][] = []
  readonly spans: CollectedSpan[] = []
  url = ''

  static async start(t: TestContext): Promise<SpanCollector> {
    const collector = new SpanCollector()
    const server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request.setEncoding('utf8')) body += chunk
      if (collector.refusing) {
        response.writeHead(400).end()
        return
      }
      collector.headers = request.headers
      collector.#take(body)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    t.after(() => {
      server.close()
      server.closeAllConnections()
    })
    collector.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`
    return collector
  }

  named(name: string): CollectedSpan | undefined {
    return this.spans.find(span => span.name === name)
  }

  #take(body: string): void {
    this.text += body
    for (const { resource, scopeSpans } of (JSON.parse(body) as TracesData).resourceSpans) {
      this.resources.push([...resource.attributes])
      for (const { spans } of scopeSpans) this.spans.push(...spans)
    }
  }
}

export function attributeOf({ attributes }: Pick<CollectedSpan, 'attributes'>, key: string): unknown {
  const { value } = attributes.find(attribute => attribute.key === key) ?? {}
  return value?.stringValue ?? (value?.intValue === undefined ? undefined : Number(value.intValue))
}

import type { TraceOptions, TraceRefusal } from '../contract/trace.ts'
import type { Protocol } from '../protocol/protocol.ts'
import type { Connection } from './connection.ts'
import type { ConnectionRegistry } from './connection-registry.ts'
import { ConnectionTrace, type TraceListener } from './connection-trace.ts'

const MOST_AT_ONCE = 4

/** The traces under way on the connections of a worker, each by a number that whoever asked for it has chosen. */
export class ConnectionTraces {
  readonly #registry: ConnectionRegistry
  readonly #protocol: Protocol
  readonly #traces = new Map<number, { readonly connection: Connection; readonly trace: ConnectionTrace }>()

  constructor(registry: ConnectionRegistry, protocol: Protocol) {
    this.#registry = registry
    this.#protocol = protocol
  }

  /** null when it has begun. */
  begin(number: number, id: string, options: TraceOptions, listener: TraceListener): TraceRefusal | null {
    const connection = this.#registry.find(id)
    if (connection === undefined) return 'no_connection'
    if ([...this.#traces.values()].some(traced => traced.connection === connection)) return 'traced_already'
    if (this.#traces.size >= MOST_AT_ONCE) return 'too_many'
    const trace = new ConnectionTrace(connection, this.#protocol, options, line => {
      if (line.type === 'end') this.#traces.delete(number)
      listener(line)
    })
    this.#traces.set(number, { connection, trace })
    return null
  }

  /** Whoever asked for it wants no more. */
  stop(number: number): void {
    this.#traces.get(number)?.trace.end('stopped')
  }
}

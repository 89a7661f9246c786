import type { Connection } from './connection.ts'

/** The connections of one worker. A registry lists; it does not lend. */
export class ConnectionRegistry implements Iterable<Connection> {
  readonly #bySequence = new Map<number, Connection>()
  readonly #closing = new Set<Connection>()
  #lastSequence = 0

  get size(): number {
    return this.#bySequence.size
  }

  /** Those that have sent their FIN, or will as soon as the peer takes what lies before it. */
  get closing(): Iterable<Connection> {
    return this.#closing
  }

  nextSequence(): number {
    return ++this.#lastSequence
  }

  add(connection: Connection): void {
    this.#bySequence.set(connection.sequence, connection)
  }

  markClosing(connection: Connection): void {
    this.#closing.add(connection)
  }

  remove(connection: Connection): void {
    this.#bySequence.delete(connection.sequence)
    this.#closing.delete(connection)
  }

  find(id: string): Connection | undefined {
    const connection = this.#bySequence.get(Number(id.slice(id.lastIndexOf('-') + 1)))
    return connection?.id === id ? connection : undefined
  }

  [Symbol.iterator](): IterableIterator<Connection> {
    return this.#bySequence.values()
  }
}

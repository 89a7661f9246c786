import type { Connection } from './connection.ts'

/** The connections of one worker. A registry lists; it does not lend. */
export class ConnectionRegistry implements Iterable<Connection> {
  readonly #bySequence = new Map<number, Connection>()
  #lastSequence = 0

  get size(): number {
    return this.#bySequence.size
  }

  nextSequence(): number {
    return ++this.#lastSequence
  }

  add(connection: Connection): void {
    this.#bySequence.set(connection.sequence, connection)
  }

  remove(connection: Connection): void {
    this.#bySequence.delete(connection.sequence)
  }

  find(id: string): Connection | undefined {
    const connection = this.#bySequence.get(Number(id.slice(id.lastIndexOf('-') + 1)))
    return connection?.id === id ? connection : undefined
  }

  [Symbol.iterator](): IterableIterator<Connection> {
    return this.#bySequence.values()
  }
}

import { compareValues, inOrder, type Order } from '../contract/listing-order.ts'
import type { ListedConnection } from './listed-connection.ts'

type Value = number | string

/**
 * The first `limit` of all connections that are offered: a heap with the last of them on top, where a better one replaces
 * it. Two rows and no object for a connection, of which most are not among the first.
 */
export class FirstFew {
  readonly #limit: number
  readonly #order: Order
  readonly #tieOrder: Order
  readonly #values: Value[] = []
  readonly #connections: ListedConnection[] = []

  /** Connections of the same value are ordered by sequence: all are of one process. */
  constructor(limit: number, order: Order, tieOrder: Order) {
    this.#limit = limit
    this.#order = order
    this.#tieOrder = tieOrder
  }

  offer(value: Value, connection: ListedConnection): void {
    const last = this.#connections.length
    if (last < this.#limit) {
      this.#values.push(value)
      this.#connections.push(connection)
      this.#rise(last)
    } else if (last > 0 && this.#compare(value, connection, 0) < 0) {
      this.#values[0] = value
      this.#connections[0] = connection
      this.#sink()
    }
  }

  inOrder(): { readonly value: Value; readonly connection: ListedConnection }[] {
    return this.#connections
      .map((_, index) => index)
      .sort((a, b) => this.#compareAt(a, b))
      .map(index => ({
        value: this.#values[index] as Value,
        connection: this.#connections[index] as ListedConnection
      }))
  }

  #compare(value: Value, connection: ListedConnection, index: number): number {
    const byValue = compareValues(value, this.#values[index] as Value)
    if (byValue !== 0) return inOrder(byValue, this.#order)
    return inOrder(connection.sequence - (this.#connections[index] as ListedConnection).sequence, this.#tieOrder)
  }

  #compareAt(a: number, b: number): number {
    return this.#compare(this.#values[a] as Value, this.#connections[a] as ListedConnection, b)
  }

  #rise(from: number): void {
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.#compareAt(parent, at) >= 0) return
      this.#swap(parent, at)
      at = parent
    }
  }

  #sink(): void {
    const size = this.#connections.length
    let at = 0
    for (;;) {
      let last = at
      for (let child = 2 * at + 1; child <= 2 * at + 2; child++) {
        if (child < size && this.#compareAt(last, child) < 0) last = child
      }
      if (last === at) return
      this.#swap(last, at)
      at = last
    }
  }

  #swap(a: number, b: number): void {
    swapIn(this.#values, a, b)
    swapIn(this.#connections, a, b)
  }
}

function swapIn<Item>(row: Item[], a: number, b: number): void {
  const kept = row[a] as Item
  row[a] = row[b] as Item
  row[b] = kept
}

/** Puts the first things that several sources say side by side, then the second ones, and so on. */
export class Rows<Item> {
  readonly #columns: Item[][]
  readonly #onRow: (row: Item[]) => void

  constructor(columns: number, onRow: (row: Item[]) => void) {
    this.#columns = Array.from({ length: columns }, () => [])
    this.#onRow = onRow
  }

  add(column: number, item: Item): void {
    this.#columns[column]?.push(item)
    if (this.#columns.every(({ length }) => length > 0)) this.#next()
  }

  /** No more will come: what some say and others do not is passed on as it is. */
  flush(): void {
    while (this.#columns.some(({ length }) => length > 0)) this.#next()
  }

  #next(): void {
    this.#onRow(this.#columns.flatMap(column => column.splice(0, 1)))
  }
}

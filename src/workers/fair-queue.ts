/** What waits, in lines by whose it is; each line in its order, and the lines in turn. */
export class FairQueue<Item> {
  /** That whose turn it is comes first. None is empty. */
  readonly #lines = new Map<string, Item[]>()
  #length = 0

  get length(): number {
    return this.#length
  }

  lengthOf(owner: string): number {
    return this.#lines.get(owner)?.length ?? 0
  }

  push(owner: string, item: Item): void {
    const line = this.#lines.get(owner)
    if (line === undefined) this.#lines.set(owner, [item])
    else line.push(item)
    this.#length++
  }

  /** Whose turn it is, without taking it. */
  get first(): Item | undefined {
    return this.#next()?.[1][0]
  }

  shift(): Item | undefined {
    const next = this.#next()
    if (next === undefined) return undefined
    const [owner, line] = next
    const item = line.shift()
    this.#lines.delete(owner)
    if (line.length > 0) this.#lines.set(owner, line)
    this.#length--
    return item
  }

  /** Empties it. */
  takeAll(): Item[] {
    const all = [...this.#lines.values()].flat()
    this.#lines.clear()
    this.#length = 0
    return all
  }

  #next(): [owner: string, line: Item[]] | undefined {
    for (const next of this.#lines) return next
    return undefined
  }
}

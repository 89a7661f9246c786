/** What was measured with and without somebody who looks. */
export interface WatchedPair<Block> {
  readonly alone: Block
  readonly watched: Block
}

/** Blocks with and without take turns; which comes first changes from pair to pair. */
export async function watchedPairs<Block>(
  pairs: number,
  block: (isWatched: boolean) => Promise<Block>
): Promise<WatchedPair<Block>[]> {
  const found: WatchedPair<Block>[] = []
  for (let pair = 0; pair < pairs; pair++) {
    process.stderr.write(`pair ${pair + 1} of ${pairs}\n`)
    const first = await block(pair % 2 === 0)
    const second = await block(pair % 2 === 1)
    found.push(pair % 2 === 0 ? { watched: first, alone: second } : { watched: second, alone: first })
  }
  return found
}

/**
 * Numbers from 0 up to 1 that look random and are the same for the same seed on every machine: sfc32, after Chris Doty-Humphrey.
 * For the order of blocks and for what a load sends; no secret.
 */
export function seededRandom(seed: number): () => number {
  let a = 0
  let b = seed | 0
  let c = 0
  let counter = 1
  const next = (): number => {
    const result = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + result) | 0
    return (result >>> 0) / 2 ** 32
  }
  // What a seed's few bits are mixed with takes some rounds.
  for (let round = 0; round < 15; round++) next()
  return next
}

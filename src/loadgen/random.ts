/** Numbers from 0 up to 1 that look random and are the same for the same seed: sfc32, after Chris Doty-Humphrey. */
export class Random {
  #a = 0
  #b: number
  #c = 0
  #counter = 1

  constructor(seed: number) {
    this.#b = seed | 0
    // What a seed's few bits are mixed with takes some rounds.
    for (let round = 0; round < 15; round++) this.next()
  }

  next(): number {
    const result = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + result
    this.#c |= 0
    return (result >>> 0) / 4_294_967_296
  }
}

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { Coverage } from './coverage.ts'

/** Coverage is taken once for so many: that costs more than most inputs do. */
const BATCH = 1000
const BATCHES_MIN = 20
const LONGEST_BYTES = 4096
const corpusFolder = fileURLToPath(new URL('corpus', import.meta.url))

/** Something that takes input from strangers. */
export interface Target {
  readonly name: string
  /** Whose coverage guides the search. */
  readonly code: RegExp
  readonly seeds: readonly (string | Buffer)[]
  /** What means something to it. */
  readonly words: readonly (string | Buffer)[]
  /** Throws when what must hold does not. */
  attempt(input: Buffer): void
}

export interface Fuzzed {
  readonly inputs: number
  readonly blocks: number
  readonly corpus: number
}

type Mutation = (input: Buffer, other: Buffer) => Buffer

const splice = (input: Buffer, at: number, removed: number, inserted: Buffer): Buffer =>
  Buffer.concat([input.subarray(0, at), inserted, input.subarray(Math.min(input.byteLength, at + removed))])

function mutations(words: readonly Buffer[]): fc.Arbitrary<Mutation> {
  // Not fc.double, of whose values nearly all are tiny: any bits are as likely as any others.
  const place = fc.nat(0xffffff).map(part => part / 0x1000000)
  const few = fc.nat(8)
  const inserted = fc.oneof(
    fc.constantFrom(...words),
    fc.uint8Array({ maxLength: 6 }).map(bytes => Buffer.from(bytes)),
    fc.constantFrom(0, 1, 4, 5, 13, 0x7f, 0x80, 0xff).map(byte => Buffer.from([0, 0, 0, byte])),
    fc.integer().map(number => Buffer.from(String(number)))
  )
  const at = (part: number, input: Buffer): number => Math.floor(part * (input.byteLength + 1))
  return fc.oneof(
    fc.tuple(place, few, inserted).map(
      ([p, removed, bytes]): Mutation =>
        input =>
          splice(input, at(p, input), removed, bytes)
    ),
    fc.tuple(place, inserted).map(
      ([p, bytes]): Mutation =>
        input =>
          splice(input, at(p, input), bytes.byteLength, bytes)
    ),
    fc.tuple(place, place).map(
      ([p, q]): Mutation =>
        (input, other) =>
          Buffer.concat([input.subarray(0, at(p, input)), other.subarray(at(q, other))])
    ),
    fc.tuple(place, few).map(
      ([p, count]): Mutation =>
        input => {
          const copy = Buffer.from(input)
          if (copy.byteLength > 0) copy[Math.min(copy.byteLength - 1, at(p, copy))] = count * 32
          return copy
        }
    )
  )
}

/** The inputs of other runs that each reached something new. */
function corpusOf(target: Target): Buffer[] {
  const folder = join(corpusFolder, target.name)
  return existsSync(folder)
    ? readdirSync(folder)
        .sort()
        .map(name => readFileSync(join(folder, name)))
    : []
}

function keep(target: Target, input: Buffer): void {
  const folder = join(corpusFolder, target.name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, createHash('sha256').update(input).digest('hex').slice(0, 16)), input)
}

/**
 * Tries so many inputs: mutations of what has reached new code before, found by coverage. Throws what the target throws,
 * with the input. `save` adds what reached something new to the corpus in the checkout.
 */
export function fuzz(
  target: Target,
  inputs: number,
  seed: number,
  save: boolean,
  onProgress = (_tried: number): void => {}
): Fuzzed {
  const coverage = new Coverage(target.code)
  const pool: Buffer[] = []
  const batchSize = Math.min(BATCH, Math.ceil(inputs / BATCHES_MIN))
  let tried = 0
  /** Tries again what reached new code together, by halves, to see which did. */
  const find = (suspects: readonly Buffer[], fresh: Set<string>): void => {
    if (fresh.size === 0) return
    for (const input of suspects) attempt(target, input)
    const reached = coverage.ranOf(fresh)
    const [only] = suspects
    if (reached.length === 0 || only === undefined) return
    if (suspects.length === 1) {
      for (const block of reached) fresh.delete(block)
      pool.push(only)
      if (save) keep(target, only)
      return
    }
    const half = Math.ceil(suspects.length / 2)
    find(suspects.slice(0, half), fresh)
    find(suspects.slice(half), fresh)
  }
  try {
    for (const input of [...target.seeds.map(given => Buffer.from(given)), ...corpusOf(target)]) {
      attempt(target, input)
      tried++
      coverage.take()
      pool.push(input)
    }
    const kinds = fc.array(fc.tuple(fc.nat(), fc.nat(), mutations(target.words.map(word => Buffer.from(word)))), {
      minLength: 1,
      maxLength: 4
    })
    while (tried < inputs) {
      const batch = fc.sample(kinds, { numRuns: batchSize, seed: seed + tried }).map(steps =>
        steps.reduce<Buffer>(
          (input, [, other, mutate]) => {
            return mutate(input, pool[other % pool.length] as Buffer).subarray(0, LONGEST_BYTES)
          },
          pool[(steps[0]?.[0] ?? 0) % pool.length] as Buffer
        )
      )
      for (const input of batch) attempt(target, input)
      tried += batch.length
      find(batch, coverage.take())
      onProgress(tried)
    }
    return { inputs: tried, blocks: coverage.blocks, corpus: pool.length }
  } finally {
    coverage.stop()
  }
}

function attempt(target: Target, input: Buffer): void {
  try {
    target.attempt(input)
    const polluted = Object.keys(Object.prototype)
    if (polluted.length > 0) throw new Error(`Object.prototype has ${polluted.join(', ')} now`)
  } catch (error) {
    throw new Error(`${target.name} fails on base64 ${input.toString('base64')}: ${String(error)}`, { cause: error })
  }
}

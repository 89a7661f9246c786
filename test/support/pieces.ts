import fc from 'fast-check'
import type { Random } from './random.ts'

/** `stream` cut at the given places; places outside of it, or given twice, cut nothing. */
export function cut(stream: Buffer, places: readonly number[]): Buffer[] {
  const inside = [...new Set(places)].filter(place => place > 0 && place < stream.byteLength).sort((a, b) => a - b)
  const edges = [0, ...inside, stream.byteLength]
  return edges.slice(1).map((end, index) => stream.subarray(edges[index], end))
}

export function byteByByte(stream: Buffer): Buffer[] {
  return Array.from(stream, (_, at) => stream.subarray(at, at + 1))
}

export function inPiecesOf(size: number, stream: Buffer): Buffer[] {
  const count = Math.ceil(stream.byteLength / size)
  return Array.from({ length: count }, (_, index) => stream.subarray(index * size, (index + 1) * size))
}

/** Pieces from one byte to `longest` bytes. */
export function randomPieces(stream: Buffer, random: Random, longest: number): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0; at < stream.byteLength; ) {
    const length = random.between(1, longest)
    pieces.push(stream.subarray(at, at + length))
    at += length
  }
  return pieces
}

/** Every way to cut the stream, empty pieces left out. */
export function anyPieces(stream: Buffer): fc.Arbitrary<Buffer[]> {
  return fc.array(fc.nat(stream.byteLength), { maxLength: 40 }).map(places => cut(stream, places))
}

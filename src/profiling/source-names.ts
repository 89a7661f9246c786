import { readFileSync, statSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { CallFrame } from './v8-profile.ts'

const LARGEST_MAP_BYTES = 8 * 1024 * 1024

/**
 * Names and places as a person knows them: the TypeScript that a function was compiled from, by its path within the
 * package. This has to happen where and when the code runs: later, or elsewhere, other files may lie at those paths.
 */
export class SourceNames {
  readonly #root: string
  readonly #maps = new Map<string, SourceMap | null>()

  /** `root` is the folder of the package. */
  constructor(root: URL) {
    this.#root = root.href.endsWith('/') ? root.href : `${root.href}/`
  }

  resolve(frame: CallFrame): CallFrame {
    if (!frame.url.startsWith('file:')) return frame
    const entry = this.#mapOf(frame.url)?.findEntry(Math.max(0, frame.lineNumber), Math.max(0, frame.columnNumber))
    if (entry === undefined || !('originalSource' in entry)) return { ...frame, url: this.#shorten(frame.url) }
    const { originalSource, originalLine, originalColumn } = entry
    const url = this.#shorten(new URL(originalSource, frame.url).href)
    return { ...frame, url, lineNumber: originalLine, columnNumber: originalColumn }
  }

  /** Within the package by its place there, of a library from `node_modules` on, anything else in full. */
  #shorten(url: string): string {
    const within = url.startsWith(this.#root) ? url.slice(this.#root.length) : null
    const library = url.lastIndexOf('/node_modules/')
    if (within !== null && !within.includes('node_modules/')) return decodeURIComponent(within)
    return library < 0 ? pathOf(url) : decodeURIComponent(url.slice(library + 1))
  }

  #mapOf(url: string): SourceMap | null {
    const known = this.#maps.get(url)
    if (known !== undefined) return known
    const map = url.startsWith(this.#root) ? readMap(url) : null
    this.#maps.set(url, map)
    return map
  }
}

function readMap(url: string): SourceMap | null {
  try {
    const file = `${fileURLToPath(url)}.map`
    if (statSync(file).size > LARGEST_MAP_BYTES) return null
    return new SourceMap(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // No map, or a broken one: the names of the compiled file are good enough.
    return null
  }
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url)
  } catch {
    return url
  }
}

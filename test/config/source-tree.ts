import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type SourceText, sourceText } from './source-text.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** One source file and what it imports. */
export interface Module extends SourceText {
  /** From the root of the repository, with slashes: src/protocol/wire.ts */
  readonly path: string
  /** The folder below src that it is in. */
  readonly column: string
  readonly text: string
  /** Paths of modules of this project, types and dynamic imports included. */
  readonly imports: readonly string[]
  /** Names of packages and of Node's own modules. */
  readonly packages: readonly string[]
}

/** import … from 'x', export … from 'x', import 'x', import('x') as value and as type, require('x'), new URL('./x', …). */
const importForms = [
  /\bfrom\s*(['"])([^'"\n]+)\1/g,
  /\bimport\s*\(?\s*(['"])([^'"\n]+)\1/g,
  /\brequire\s*\(\s*(['"])([^'"\n]+)\1/g,
  /\bnew\s+URL\s*\(\s*(['"])(\.[^'"\n]+\.[cm]?[jt]s)\1/g
]

/** Every module below a folder of the repository. */
export function modulesBelow(folder: string): Module[] {
  return sourceFiles(folder).map(path => {
    const text = readFileSync(join(root, path), 'utf8')
    const { uncommented, bare } = sourceText(text)
    const specifiers = importForms.flatMap(form => [...uncommented.matchAll(form)].map(match => match[2] as string))
    return {
      path,
      column: path.split('/')[1] ?? '',
      text,
      uncommented,
      bare,
      imports: specifiers.filter(isRelative).map(specifier => resolved(path, specifier)),
      packages: specifiers.filter(specifier => !isRelative(specifier))
    }
  })
}

/** The cycles among modules, each as the way round; empty when there are none. */
export function cyclesAmong(modules: readonly Module[]): string[][] {
  const importsOf = new Map(modules.map(({ path, imports }) => [path, imports]))
  const done = new Set<string>()
  const cycles: string[][] = []
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) cycles.push([...way.slice(way.indexOf(path)), path])
    else if (!done.has(path)) for (const next of importsOf.get(path) ?? []) visit(next, [...way, path])
    done.add(path)
  }
  for (const { path } of modules) visit(path, [])
  return cycles
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap(entry => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return sourceFiles(path)
    return /\.[cm]?[jt]sx?$/.test(entry.name) ? [path] : []
  })
}

const isRelative = (specifier: string): boolean => specifier.startsWith('.')

function resolved(from: string, specifier: string): string {
  const file = join(root, dirname(from), specifier)
  // Nothing that could not be followed may pass for a tree without faults.
  if (!existsSync(file)) throw new Error(`${from} imports ${specifier}, which is not there`)
  return relative(root, file).split(sep).join('/')
}

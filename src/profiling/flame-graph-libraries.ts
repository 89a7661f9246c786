import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Each needs those before it. All are UMD builds, which share one global; the graph's ESM build imports its style sheet. */
const d3Parts = [
  'array',
  'color',
  'dispatch',
  'ease',
  'format',
  'hierarchy',
  'interpolate',
  'time',
  'time-format',
  'timer',
  'scale',
  'selection',
  'transition'
] as const

let libraries: string | undefined

/** The scripts that draw flame graphs, as one text to put into a page. Read when first needed, 180 kB in all. */
export function flameGraphLibraries(): string {
  libraries ??= [
    ...d3Parts.map(part => fileOf(`d3-${part}`, `d3-${part}.min.js`)),
    fileOf('d3-flame-graph', 'd3-flamegraph.umd.min.js')
  ]
    .map(file => readFileSync(file, 'utf8').replaceAll('</script', '<\\/script'))
    .join('\n;\n')
  return libraries
}

/** Found through the graph's own dependencies, wherever the package manager has put them. */
function fileOf(name: string, file: string): string {
  const graph = createRequire(import.meta.url).resolve('d3-flame-graph')
  const entry = name === 'd3-flame-graph' ? graph : createRequire(graph).resolve.paths(name)
  if (typeof entry === 'string') return join(dirname(entry), file)
  for (const folder of entry ?? []) {
    const path = join(folder, name, 'dist', file)
    try {
      readFileSync(path)
      return path
    } catch {
      // Not in this folder: the next one outwards may have it.
    }
  }
  throw new Error(`cannot find ${name}, which d3-flame-graph depends on`)
}

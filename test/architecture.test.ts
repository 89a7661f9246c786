import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import test from 'node:test'
import { functionLengths } from './config/function-lengths.ts'
import { sourceText } from './config/source-text.ts'
import { cyclesAmong, type Module, modulesBelow } from './config/source-tree.ts'

/** Lowest first. A file imports from lower floors and from its own column, and nothing else. */
const floors = [
  ['protocol', 'telemetry', 'contract', 'profiling'],
  ['dataplane', 'experiments', 'loadgen', 'controlplane', 'dashboard', 'client'],
  ['workers'],
  ['cli']
]
const MAX_FILE_LINES = 400
const MAX_FUNCTION_LINES = 70
/** Made by a program from the OpenAPI document, for programs. */
const GENERATED = ['src/client/api-types.ts']

const modules = modulesBelow('src')
const floorOf = (column: string): number => floors.findIndex(columns => columns.includes(column))
const columnOf = (path: string): string => path.split('/')[1] ?? ''
const within = (column: string): Module[] => modules.filter(module => module.column === column)

/** Where `pattern` stands in the code, as file:line. */
function places(pattern: RegExp, text: (module: Module) => string, allowed: readonly string[] = []): string[] {
  return modules
    .filter(({ path }) => !allowed.includes(path))
    .flatMap(module =>
      text(module)
        .split('\n')
        .flatMap((line, index) => (pattern.test(line) ? [`${module.path}:${index + 1}`] : []))
    )
}

test('the modules that these rules are about are found, and so are their imports', () => {
  assert.ok(modules.length > 50, `only ${modules.length} modules`)
  assert.ok(modules.flatMap(({ imports }) => imports).length > modules.length)
  for (const column of ['protocol', 'contract', 'dataplane', 'loadgen', 'controlplane', 'workers', 'cli']) {
    assert.ok(within(column).length > 0, `no modules in ${column}`)
  }
  const imports = modules.find(({ path }) => path === 'src/workers/worker-entry.ts')?.imports ?? []
  assert.ok(imports.includes('src/dataplane/frame-server.ts'), 'a value import is seen')
  assert.ok(imports.includes('src/contract/worker-messages.ts'), 'a type import is seen')
})

test('every folder of src stands on a floor', () => {
  const strangers = modules.filter(({ column }) => floorOf(column) === -1).map(({ path }) => path)
  assert.deepEqual(strangers, [])
})

test('a file imports only from lower floors and from its own folder', () => {
  const breaches = modules.flatMap(({ path, column, imports }) =>
    imports
      .filter(imported => columnOf(imported) !== column && floorOf(columnOf(imported)) >= floorOf(column))
      .map(imported => `${path} -> ${imported}`)
  )
  assert.deepEqual(breaches, [])
})

test('the control plane knows neither the data plane nor the protocol, and the load generator not the data plane', () => {
  const strangers: Readonly<Record<string, readonly string[]>> = {
    controlplane: ['dataplane', 'protocol'],
    loadgen: ['dataplane'],
    dashboard: ['dataplane', 'protocol', 'controlplane', 'workers']
  }
  const breaches = modules.flatMap(({ path, column, imports }) =>
    imports
      .filter(imported => strangers[column]?.includes(columnOf(imported)))
      .map(imported => `${path} -> ${imported}`)
  )
  assert.deepEqual(breaches, [])
})

test('telemetry is numbers only: it knows no metrics library', () => {
  const breaches = within('telemetry').flatMap(({ path, packages }) =>
    packages.filter(name => !name.startsWith('node:')).map(name => `${path} -> ${name}`)
  )
  assert.deepEqual(breaches, [])
})

test('nothing in src imports what is outside of it', () => {
  const breaches = modules.flatMap(({ path, imports }) =>
    imports.filter(imported => !imported.startsWith('src/')).map(imported => `${path} -> ${imported}`)
  )
  assert.deepEqual(breaches, [])
})

test('no file imports itself by a way round', () => {
  assert.deepEqual(
    cyclesAmong(modules).map(cycle => cycle.join(' -> ')),
    []
  )
})

test('the data plane knows no HTTP framework, no processes, no metrics library and no schemas', () => {
  const strangers =
    /^(?:fastify|@fastify\/|fastify-|prom-client|zod|pino)|^node:(?:cluster|child_process|http|worker_threads)$/
  const breaches = within('dataplane').flatMap(({ path, packages }) =>
    packages.filter(name => strangers.test(name)).map(name => `${path} -> ${name}`)
  )
  assert.deepEqual(breaches, [])
})

test('the protocol is pure: it imports no package, and of Node nothing that does input or output', () => {
  const breaches = within('protocol').flatMap(({ path, packages }) =>
    packages.filter(name => !['node:buffer'].includes(name)).map(name => `${path} -> ${name}`)
  )
  assert.deepEqual(breaches, [])
})

test('every module of Node is imported by its node: name', () => {
  const breaches = modules.flatMap(({ path, packages }) =>
    packages.filter(name => builtinModules.includes(name)).map(name => `${path} -> ${name}`)
  )
  assert.deepEqual(breaches, [])
})

test('every package imported is a dependency, so that an installed copy has it', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  // What the dashboard imports is in its bundle, and need not be installed to be there.
  const declared = {
    installed: Object.keys(manifest.dependencies),
    bundled: Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
  }
  const missing = modules.flatMap(({ column, packages }) =>
    packages
      .filter(name => !name.startsWith('node:'))
      .map(packageOf)
      .filter(name => !declared[column === 'dashboard' ? 'bundled' : 'installed'].includes(name))
  )
  assert.deepEqual(missing, [])
})

test('only one file knows the numbers of the wire', () => {
  const wire = 'src/protocol/wire.ts'
  assert.match(modules.find(({ path }) => path === wire)?.bare ?? '', /0x81/)
  assert.deepEqual(
    places(/\b0x(?:0[1-4]|8[0-4])\b/i, ({ bare }) => bare, [wire]),
    []
  )
})

test('only one file touches the private field of Node', () => {
  const adapter = 'src/dataplane/socket-adapter.ts'
  assert.match(modules.find(({ path }) => path === adapter)?.uncommented ?? '', /_handle/)
  assert.deepEqual(
    places(/_handle\b/, ({ uncommented }) => uncommented, [adapter]),
    []
  )
})

test('nothing ends a process but the end of its work', () => {
  const exit = /\bprocess\s*(?:\?\.|\.)\s*(?:exit|abort|reallyExit)\s*\(|\bexit\b[^'"]*\bfrom\s+'node:process'/
  // A load process whose parent has gone would otherwise load on, and nobody could stop it.
  const allowed = ['src/loadgen/load-entry.ts']
  assert.deepEqual(
    places(exit, ({ uncommented }) => uncommented, allowed),
    []
  )
})

test('nothing is left for later, and nothing is hidden from the coverage', () => {
  assert.deepEqual(
    places(
      /\b(?:TODO|FIXME|XXX|HACK)\b|(?:c8|v8|istanbul|node:coverage) ignore|@ts-(?:ignore|nocheck)/,
      ({ text }) => text
    ),
    []
  )
})

test(`no file is longer than ${MAX_FILE_LINES} lines, and no function than ${MAX_FUNCTION_LINES}`, () => {
  const written = modules.filter(({ path }) => !GENERATED.includes(path))
  const long = written.flatMap(({ path, text, bare }) => {
    const lines = text.trimEnd().split('\n').length
    const functions = functionLengths(bare).filter(length => length.lines > MAX_FUNCTION_LINES)
    return [
      ...(lines > MAX_FILE_LINES ? [`${path}: ${lines} lines`] : []),
      ...functions.map(length => `${path}:${length.line}: a function of ${length.lines} lines`)
    ]
  })
  assert.deepEqual(long, [])
  // The measure itself: it must see functions, or it would pass everything.
  const measured = modules.flatMap(({ bare }) => functionLengths(bare))
  assert.ok(measured.length > modules.length)
})

test('what stands in comments and strings is not taken for code', () => {
  const { uncommented, bare } = sourceText(
    [
      "const a = 'it\\'s // no comment' // import './x.ts'",
      `/* 0x80 */ const b = \`0x81 \${c({ d: \`0x82 \${e}\` })} 0x83\` + f`,
      'const g = /[/\'"]\\/0x84/.test(h) / 2 // 0x01'
    ].join('\n')
  )
  assert.doesNotMatch(bare, /0x/)
  assert.doesNotMatch(uncommented, /import|0x80|0x01/)
  assert.match(uncommented, /it\\'s \/\/ no comment/)
  assert.match(bare, /c\({ d: `\s+\${e}` }\)}\s+` \+ f/)
  assert.match(bare, /\.test\(h\) \/ 2/)
})

test('the length of a function is counted from its opening line to its closing one', () => {
  const lengths = functionLengths('export function a(): void {\n  if (b) {\n  }\n}\nconst c = d.map(e => {\n})\n')
  assert.deepEqual(lengths, [
    { line: 1, lines: 4 },
    { line: 5, lines: 2 }
  ])
})

/** @scope/name/path and name/path → the package */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { SourceNames } from '../../src/profiling/source-names.ts'
import { callFrame } from './profiles.ts'

/** Line 1, column 0 of the compiled file is line 5, column 2 of the source. */
const map = { version: 3, sources: ['../../src/dataplane/a.ts'], names: [], mappings: 'AAIE' }

async function packageFolder(t: TestContext): Promise<{ root: URL; file: (path: string) => string }> {
  const folder = await mkdtemp(join(tmpdir(), 'framelab names '))
  t.after(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'dist/dataplane'), { recursive: true })
  await writeFile(join(folder, 'dist/dataplane/a.js.map'), JSON.stringify(map))
  await writeFile(join(folder, 'dist/dataplane/broken.js.map'), '{')
  return { root: pathToFileURL(`${folder}/`), file: path => pathToFileURL(join(folder, path)).href }
}

test('a compiled function has the place of its source, within the package', async t => {
  const { root, file } = await packageFolder(t)
  const frame = new SourceNames(root).resolve({
    ...callFrame('run'),
    url: file('dist/dataplane/a.js'),
    lineNumber: 0,
    columnNumber: 0
  })
  assert.deepEqual(
    [frame.functionName, frame.url, frame.lineNumber, frame.columnNumber],
    ['run', 'src/dataplane/a.ts', 4, 2]
  )
})

test('without a map that can be read, it has the place of the compiled file', async t => {
  const { root, file } = await packageFolder(t)
  for (const name of ['broken', 'none']) {
    const { url, lineNumber } = new SourceNames(root).resolve(callFrame('run', file(`dist/dataplane/${name}.js`), 9))
    assert.deepEqual([url, lineNumber], [`dist/dataplane/${name}.js`, 8])
  }
})

test('a library is named from node_modules on, wherever it lies; the runtime and natives stay as they are', async t => {
  const { root, file } = await packageFolder(t)
  const names = new SourceNames(root)
  const urls: Record<string, string> = {
    [file('node_modules/zod/index.js')]: 'node_modules/zod/index.js',
    'file:///opt/node_modules/app/node_modules/fastify/lib/reply.js': 'node_modules/fastify/lib/reply.js',
    'file:///home/somebody/handler.js': '/home/somebody/handler.js',
    'node:net': 'node:net',
    '': ''
  }
  for (const [url, expected] of Object.entries(urls)) assert.equal(names.resolve(callFrame('f', url, 3)).url, expected)
})

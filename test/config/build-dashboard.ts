import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/**
 * Builds src/dashboard into dist/dashboard: one script and one style sheet for the first view, further scripts for what is
 * opened later, and speedscope beside them. File names hold a hash of what is in them; texts get a compressed twin.
 */
const root = fileURLToPath(new URL('../..', import.meta.url))
const source = join(root, 'src/dashboard')
const target = join(root, 'dist/dashboard')

rmSync(target, { recursive: true, force: true })
const { metafile } = await build({
  entryPoints: [join(source, 'main.tsx')],
  outdir: join(target, 'assets'),
  absWorkingDir: root,
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  metafile: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  // The flame graph's own style sheet; ours says all that it does.
  plugins: [
    {
      name: 'without-d3-style',
      setup: ({ onResolve, onLoad }) => {
        onResolve({ filter: /d3-flamegraph\.css$/ }, () => ({ path: 'none', namespace: 'none' }))
        onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: '', loader: 'js' }))
      }
    }
  ],
  logLevel: 'warning'
})

const entry = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint?.endsWith('main.tsx'))
if (entry?.[1].cssBundle === undefined) throw new Error('the build has no script or no style sheet')
const page = readFileSync(join(source, 'index.html'), 'utf8')
  .replace('main.tsx', `assets/${basename(entry[0])}`)
  .replace('style.css', `assets/${basename(entry[1].cssBundle)}`)
writeFileSync(join(target, 'index.html'), page)
cpSync(join(source, 'favicon.svg'), join(target, 'favicon.svg'))
copySpeedscope()
for (const folder of ['.', 'assets', 'speedscope']) compressTexts(join(target, folder))

/** Without the sample profile that its start page offers. */
function copySpeedscope(): void {
  const release = dirname(createRequire(import.meta.url).resolve('speedscope/dist/release/index.html'))
  mkdirSync(join(target, 'speedscope'))
  for (const name of readdirSync(release)) {
    if (!/^perf-vertx|schema\.json$/.test(name)) cpSync(join(release, name), join(target, 'speedscope', name))
  }
}

function compressTexts(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!/\.(?:js|css|html|svg)$/.test(name)) continue
    writeFileSync(join(folder, `${name}.gz`), gzipSync(readFileSync(join(folder, name)), { level: 9 }))
  }
}

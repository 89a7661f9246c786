import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { pprof } from '../../src/profiling/pprof.ts'
import { goPprof, withoutGo, writtenFile } from '../support/go-pprof.ts'
import { differenceOfWorkers, goldenMeaning, stacksAfter, stacksBefore } from './golden-stacks.ts'

const fixtures = fileURLToPath(new URL('../fixtures/pprof/', import.meta.url))

const goldens = {
  cpu: () => pprof([{ tree: stacksAfter, self: stacksAfter.self, scale: 1 }], goldenMeaning),
  difference: () => differenceOfWorkers()
}

for (const [name, encode] of Object.entries(goldens)) {
  test(`the golden ${name} profile is written byte for byte as pprof has read it`, async () => {
    assert.deepEqual(gunzipSync(encode()), await readFile(join(fixtures, `${name}.pb`)))
  })

  test(`Go's pprof reads the golden ${name} profile`, { skip: withoutGo }, async t => {
    const top = await goPprof(t, '-top', join(fixtures, `${name}.pb`))
    assert.deepEqual(rowsOf(top), rowsOf(await readFile(join(fixtures, `${name}.top.txt`), 'utf8')))
  })
}

test("a difference says what Go's pprof makes of its two profiles", { skip: withoutGo }, async t => {
  const [before, after] = [stacksBefore, stacksAfter].map(tree =>
    pprof([{ tree, self: tree.self, scale: 1 }], goldenMeaning)
  ) as [Buffer, Buffer]
  const base = await writtenFile(t, 'before.pb.gz', before)
  const theirs = await goPprof(t, '-top', '-diff_base', base, await writtenFile(t, 'after.pb.gz', after))
  const ours = await goPprof(t, '-top', await writtenFile(t, 'difference.pb.gz', differenceOfWorkers()))
  assert.deepEqual(rowsOf(ours), rowsOf(theirs))
  assert.ok(rowsOf(ours).some(row => row.includes('dataplane/exact-reader.read') && row.startsWith('-')))
})

/** The table alone: what stands above it depends on the version, and on whether it is one file or two. */
function rowsOf(top: string): string[] {
  const lines = top.trimEnd().split('\n')
  return lines.slice(lines.findIndex(line => line.includes('flat%')) + 1).map(line => line.trim())
}

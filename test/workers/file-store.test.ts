import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { FileStore } from '../../src/workers/file-store.ts'

interface Description {
  readonly id: string
  readonly label: string
}

const isDescription = (json: unknown): json is Description => typeof (json as Description).label === 'string'
const limits = { maxEntries: 100, maxBytes: 1_000_000 }
const idOf = (index: number): string => `profile${String(index).padStart(3, '0')}`

async function emptyFolder(t: TestContext): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'framelab-store-'))
  t.after(() => rm(parent, { recursive: true }))
  return join(parent, 'state', 'profiles')
}

const storeIn = (folder: string, own = limits): FileStore<Description> => new FileStore(folder, own, isDescription)

test('the folder comes into being with the first entry', async t => {
  const folder = await emptyFolder(t)
  const store = storeIn(folder)
  assert.deepEqual(await store.list(), [])
  await assert.rejects(readdir(folder))
  await store.save({ id: idOf(1), label: 'first' }, { stacks: [] })
  assert.deepEqual((await readdir(folder)).sort(), [`${idOf(1)}.data.gz`, `${idOf(1)}.json`])
})

test('what was saved is there after a restart, newest first, with its content', async t => {
  const folder = await emptyFolder(t)
  for (const index of [2, 1, 3]) await storeIn(folder).save({ id: idOf(index), label: `no. ${index}` }, { index })
  const restarted = storeIn(folder)
  assert.deepEqual(
    (await restarted.list()).map(({ id }) => id),
    [3, 2, 1].map(idOf)
  )
  assert.deepEqual(await restarted.content(idOf(2)), { index: 2 })
  assert.equal((await restarted.find(idOf(3)))?.label, 'no. 3')
})

test('what was removed is gone, after a restart too', async t => {
  const folder = await emptyFolder(t)
  const store = storeIn(folder)
  await store.save({ id: idOf(1), label: 'a' }, {})
  assert.equal(await store.remove(idOf(1)), true)
  assert.equal(await store.remove(idOf(1)), false)
  assert.equal(await store.content(idOf(1)), null)
  assert.deepEqual(await readdir(folder), [])
})

test('what cannot be removed stays, and it is said why', async t => {
  const folder = await emptyFolder(t)
  const store = storeIn(folder)
  await store.save({ id: idOf(1), label: 'a' }, {})
  // A folder is not removed as a file: as on a disk that is read-only, also for root.
  await rm(join(folder, `${idOf(1)}.json`))
  await mkdir(join(folder, `${idOf(1)}.json`))
  await assert.rejects(store.remove(idOf(1)), { code: 'FRAMELAB_STORE_FOLDER' })
  assert.equal((await store.find(idOf(1)))?.label, 'a')
})

test('the oldest make room when there are too many', async t => {
  const folder = await emptyFolder(t)
  const store = storeIn(folder, { ...limits, maxEntries: 2 })
  for (const index of [1, 2, 3, 4]) await store.save({ id: idOf(index), label: '' }, {})
  assert.deepEqual(
    (await store.list()).map(({ id }) => id),
    [4, 3].map(idOf)
  )
  assert.deepEqual(
    (await storeIn(folder).list()).map(({ id }) => id),
    [4, 3].map(idOf)
  )
})

test('the oldest make room when they are too large, but the newest stays however large it is', async t => {
  const store = storeIn(await emptyFolder(t), { ...limits, maxBytes: 10 })
  for (const index of [1, 2]) await store.save({ id: idOf(index), label: 'large' }, { text: 'x'.repeat(1000) })
  assert.deepEqual(
    (await store.list()).map(({ id }) => id),
    [idOf(2)]
  )
})

test('whatever the clock does, what is saved later is newer, in a later process too, and the oldest make room', async t => {
  const folder = await emptyFolder(t)
  const own = { ...limits, maxEntries: 3 }
  const made: string[] = []
  t.mock.timers.enable({ apis: ['Date'] })
  for (const hour of [100, 1, 200, 3]) {
    t.mock.timers.setTime(hour * 3_600_000)
    const store = storeIn(folder, own)
    await store.list()
    for (const label of ['first', 'second']) {
      const id = store.newId()
      made.unshift(id)
      await store.save({ id, label }, {})
    }
  }
  assert.deepEqual(
    (await storeIn(folder).list()).map(({ id }) => id),
    made.slice(0, 3)
  )
})

test('an id that looks older than all others is still the newest, which stays', async t => {
  const store = storeIn(await emptyFolder(t), { ...limits, maxEntries: 2 })
  for (const index of [5, 6, 1]) await store.save({ id: idOf(index), label: '' }, {})
  assert.deepEqual(
    (await store.list()).map(({ id }) => id),
    [6, 1].map(idOf)
  )
})

test('a process that is killed while it saves leaves every entry whole', async t => {
  const folder = await emptyFolder(t)
  const saver = fileURLToPath(new URL('endless-saver.ts', import.meta.url))
  for (let round = 0; round < 5; round++) {
    const child = spawn(process.execPath, ['--import', 'tsx', saver, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
    // It says so when the first is saved, and then goes on saving.
    await once(child.stdout, 'data')
    for (let part = 0; part < round * 3; part++) await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'close')
    const store = storeIn(folder)
    const kept = await store.list()
    assert.ok(kept.length > 0)
    for (const { id, label } of kept) assert.deepEqual(await store.content(id), { text: label.repeat(10_000) })
  }
})

test('half-written, foreign and broken files are never listed', async t => {
  const folder = await emptyFolder(t)
  await storeIn(folder).save({ id: idOf(1), label: 'whole' }, {})
  const others: Record<string, string> = {
    [`${idOf(2)}.json`]: '{"id":"profile002","label":"its data is missing"}',
    [`${idOf(3)}.data.gz`]: 'its description is missing',
    [`${idOf(4)}.json.99.part`]: '{"id"',
    [`${idOf(5)}.json`]: '{"id":"profile00',
    [`${idOf(5)}.data.gz`]: '',
    [`${idOf(6)}.json`]: '{"id":"profile001","label":"the id of another"}',
    [`${idOf(6)}.data.gz`]: '',
    'notes.txt': 'of somebody'
  }
  for (const [name, text] of Object.entries(others)) await writeFile(join(folder, name), text)
  assert.deepEqual(
    (await storeIn(folder).list()).map(({ label }) => label),
    ['whole']
  )
  for (const name of Object.keys(others)) assert.ok((await readdir(folder)).includes(name), name)
})

test('a folder that cannot be used is named with the reason, and used again once it can be', async t => {
  const folder = await emptyFolder(t)
  const store = storeIn(folder)
  await mkdir(dirname(folder), { recursive: true })
  await writeFile(folder, 'a file is in its place')
  const refusal = { code: 'FRAMELAB_STORE_FOLDER', message: /ENOTDIR.*profiles.*--data-dir names another place$/ }
  await assert.rejects(store.list(), refusal)
  await assert.rejects(store.save({ id: idOf(1), label: '' }, {}), refusal)
  await rm(folder)
  await store.save({ id: idOf(1), label: '' }, {})
  assert.equal((await store.list()).length, 1)
})

test('what a crash left behind long ago is cleared away', async t => {
  const folder = await emptyFolder(t)
  await storeIn(folder).save({ id: idOf(1), label: 'whole' }, {})
  for (const name of [`${idOf(2)}.data.gz`, `${idOf(3)}.json.7.part`]) {
    await writeFile(join(folder, name), '')
    await utimes(join(folder, name), 0, 0)
  }
  await storeIn(folder).list()
  assert.deepEqual((await readdir(folder)).sort(), [`${idOf(1)}.data.gz`, `${idOf(1)}.json`])
})

for (const id of [
  '../../etc/passwd',
  '..',
  '',
  'a/b',
  'UPPERCASE1',
  'short',
  'x'.repeat(41),
  'with.a.dot',
  'nul\0byte00'
]) {
  test(`${JSON.stringify(id)} is no id: it finds nothing, and nothing is saved under it`, async t => {
    const store = storeIn(await emptyFolder(t))
    assert.equal(await store.find(id), null)
    assert.equal(await store.content(id), null)
    assert.equal(await store.remove(id), false)
    await assert.rejects(store.save({ id, label: '' }, {}), RangeError)
  })
}

import { FileStore } from '../../src/workers/file-store.ts'

/** FOLDER: saves one entry after the other until it is killed, and says so each time. */
const [folder = ''] = process.argv.slice(2)
const store = new FileStore<{ id: string; label: string }>(
  folder,
  { maxEntries: 5, maxBytes: 1_000_000 },
  (json): json is { id: string; label: string } => typeof json === 'object'
)

for (let label = 0; ; label++) {
  const id = store.newId()
  await store.save({ id, label: `${label} of ${id}, ` }, { text: `${label} of ${id}, `.repeat(10_000) })
  process.stdout.write('saved\n')
}

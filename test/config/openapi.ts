import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { buildApp } from '../../src/controlplane/app.ts'
import type { Explorations } from '../../src/controlplane/explorations.ts'
import type { Lab } from '../../src/controlplane/lab.ts'
import type { Loads } from '../../src/controlplane/loads.ts'

/** Writes openapi/openapi.json from the routes; with --check, says whether it is what the routes are, and exits 0 or 1. */
const file = new URL('../../openapi/openapi.json', import.meta.url)
const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

// The document is made of schemas: no handler runs, and none of them looks at the lab before it does. Closing ends events.
const lab = { events: { close() {} } } as unknown as Lab
const app = buildApp({ lab, loads: {} as Loads, explorations: {} as Explorations, version, httpHost: '127.0.0.1' })
await app.ready()
const current = `${JSON.stringify(app.swagger(), null, 2)}\n`
await app.close()

if (process.argv.includes('--check')) {
  const committed = await readFile(file, 'utf8').catch(() => '')
  if (committed !== current) {
    console.error('openapi/openapi.json is not what the routes are: run node --import tsx test/config/openapi.ts')
    process.exitCode = 1
  }
} else {
  await mkdir(new URL('.', file), { recursive: true })
  await writeFile(file, current)
}

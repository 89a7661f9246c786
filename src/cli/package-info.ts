import { readFileSync } from 'node:fs'

/** What this package calls itself. Two folders up, from the sources and from the build alike. */
export const packageInfo = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly name: string
  readonly version: string
}

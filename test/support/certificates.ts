import { readFileSync } from 'node:fs'

/**
 * Of an authority that is trusted by nobody but these tests, valid for localhost and 127.0.0.1 and a hundred years. Its own
 * key was thrown away.
 */
export const certificateFile = (name: string): string => new URL(`./certificates/${name}`, import.meta.url).pathname

const text = (name: string): string => readFileSync(certificateFile(name), 'utf8')
const pair = (name: string): { cert: string; key: string } => ({ cert: text(`${name}.crt`), key: text(`${name}.key`) })

export const certificate = {
  ca: text('ca.crt'),
  server: pair('server'),
  renewed: pair('renewed'),
  client: pair('client')
}

import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { flagName, type OptionName, type Options } from '../contract/options.ts'
import { type TlsMaterial, tlsOptionsOf } from '../contract/tls.ts'
import { UsageError } from './usage-error.ts'

/** The options that name the files of one port. */
export interface TlsOptionNames {
  readonly cert: OptionName
  readonly key: OptionName
  readonly clientCa: OptionName
}

export const frameTls: TlsOptionNames = { cert: 'tlsCertFile', key: 'tlsKeyFile', clientCa: 'tlsClientCaFile' }
export const httpTls: TlsOptionNames = {
  cert: 'httpTlsCertFile',
  key: 'httpTlsKeyFile',
  clientCa: 'httpTlsClientCaFile'
}

/** Looked at so often: by their times and sizes, which also sees a link that is turned to other files. */
const WATCH_PERIOD_MS = 2000

/** The TLS of one port as its options say; null without a certificate. Throws UsageError for files that are of no use. */
export function readTls(options: Options, names: TlsOptionNames): TlsMaterial | null {
  const fileOf = (name: OptionName): string => options[name] as string
  const flag = (name: OptionName): string => `--${flagName(name)}`
  if (fileOf(names.cert) === '') {
    const alone = [names.key, names.clientCa].find(name => fileOf(name) !== '')
    if (alone !== undefined) throw new UsageError(`${flag(alone)} is of no use without ${flag(names.cert)}`)
    return null
  }
  if (fileOf(names.key) === '')
    throw new UsageError(`${flag(names.cert)} needs its key: name it with ${flag(names.key)}`)
  const material = {
    cert: readPem(fileOf(names.cert), flag(names.cert)),
    key: readPem(fileOf(names.key), flag(names.key)),
    clientCa: fileOf(names.clientCa) === '' ? null : readPem(fileOf(names.clientCa), flag(names.clientCa))
  }
  try {
    createSecureContext(tlsOptionsOf(material))
  } catch (error) {
    // OpenSSL's words name the fault and hold nothing of the key.
    throw new UsageError(`${flag(names.cert)} and ${flag(names.key)} cannot be used: ${(error as Error).message}`)
  }
  return material
}

export interface TlsWatchEvents {
  onChange(material: TlsMaterial): void
  /** The files are of no use as they are now; what was read before stays in force. */
  onFault(error: Error): void
}

/**
 * Reads the files again whenever one has changed, so that a renewed certificate needs no restart. `inForce` is what was
 * read before. Returns how to stop.
 */
export function watchTls(
  options: Options,
  names: TlsOptionNames,
  inForce: TlsMaterial | null,
  events: TlsWatchEvents
): () => void {
  const files = [names.cert, names.key, names.clientCa].map(name => options[name] as string).filter(file => file !== '')
  let last = JSON.stringify(inForce)
  const look = (): void => {
    try {
      const material = readTls(options, names)
      const now = JSON.stringify(material)
      if (material === null || now === last) return
      last = now
      events.onChange(material)
    } catch (error) {
      events.onFault(error as Error)
    }
  }
  for (const file of files) watchFile(file, { interval: WATCH_PERIOD_MS, persistent: false }, look)
  return () => {
    for (const file of files) unwatchFile(file, look)
  }
}

/** Throws UsageError that names the file, and the flag that named it. */
export function readPem(file: string, flag: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`cannot read ${file} of ${flag}: ${(error as NodeJS.ErrnoException).code}`)
  }
}

import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { UnavailableError } from '../controlplane/lab.ts'

export interface StoreLimits {
  readonly maxEntries: number
  readonly maxBytes: number
}

/** The folder cannot be read, or not be written to: it is no folder, is somebody else's, or its disk is full. */
export class StoreFolderError extends UnavailableError {
  override readonly code = 'FRAMELAB_STORE_FOLDER'
  constructor(cause: Error) {
    super(`what is kept cannot be read or written (${cause.message}); --data-dir names another place`)
    this.name = 'StoreFolderError'
    this.cause = cause
  }
}

const IDS = /^[0-9a-z]{8,40}$/
/** Of the time in base 36 that ids begin with. */
const TIME_DIGITS = 9
const LARGEST_CONTENT_BYTES = 512 * 1024 * 1024
/** Nobody writes one file for so long: what is left of it belongs to a process that ended meanwhile. */
const ABANDONED_MS = 3_600_000

interface Entry<Description> {
  readonly description: Description
  readonly bytes: number
}

/**
 * What is kept in a folder, two files each: `ID.json` describes it, `ID.data.gz` is it. The description is written last, and
 * both under another name first: an entry is there whole or not at all, whenever the process or the machine stops. The oldest
 * go when there are too many, or they take too much. The folder comes into being with the first of them.
 */
export class FileStore<Description extends { readonly id: string }> {
  readonly #folder: string
  readonly #limits: StoreLimits
  readonly #isDescription: (json: unknown) => json is Description
  #entries: Promise<Map<string, Entry<Description>>> | undefined
  /** What the newest id known begins with. */
  #newestMs = 0
  /** One write or removal at a time. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(folder: string, limits: StoreLimits, isDescription: (json: unknown) => json is Description) {
    this.#folder = folder
    this.#limits = limits
    this.#isDescription = isDescription
  }

  /** Ids sort by age, so the time they begin with never goes back, whatever the clock does. */
  newId(): string {
    this.#newestMs = Math.max(Date.now(), this.#newestMs + 1)
    return this.#newestMs.toString(36).padStart(TIME_DIGITS, '0') + randomBytes(4).toString('hex')
  }

  /** Newest first. Throws StoreFolderError, as all else does. */
  async list(): Promise<Description[]> {
    const entries = [...(await this.#read()).values()]
    return entries.map(({ description }) => description).sort((a, b) => (a.id < b.id ? 1 : -1))
  }

  async find(id: string): Promise<Description | null> {
    return (await this.#read()).get(id)?.description ?? null
  }

  /** What `save` was given; null when there is none. */
  async content(id: string): Promise<unknown> {
    if ((await this.find(id)) === null) return null
    const packed = await readFile(this.#dataFile(id))
    return JSON.parse((await promisify(gunzip)(packed, { maxOutputLength: LARGEST_CONTENT_BYTES })).toString())
  }

  /** Resolves once it will survive a crash; older ones may have gone for it. */
  save(description: Description, content: unknown): Promise<void> {
    return this.#inTurn(async () => {
      if (!IDS.test(description.id)) throw new RangeError(`'${description.id}' cannot be the id of what is kept`)
      const entries = await this.#read()
      const data = await promisify(gzip)(JSON.stringify(content))
      const text = Buffer.from(JSON.stringify(description))
      try {
        await this.#makeFolder()
        await this.#write(this.#dataFile(description.id), data)
        await this.#write(this.#descriptionFile(description.id), text)
      } catch (error) {
        throw new StoreFolderError(error as Error)
      }
      entries.set(description.id, { description, bytes: data.byteLength + text.byteLength })
      await this.#makeRoom(entries, description.id)
    })
  }

  /** False when there is none. */
  remove(id: string): Promise<boolean> {
    return this.#inTurn(async () => {
      const entries = await this.#read()
      if (!entries.has(id)) return false
      await this.#drop(entries, id)
      return true
    })
  }

  async #makeFolder(): Promise<void> {
    const mode = 0o700
    // Of a read-only disk Node says that it has no such folder; asked for just one folder, it says what is wrong.
    await mkdir(this.#folder, { recursive: true, mode }).catch(() => mkdir(this.#folder, { mode }))
  }

  async #makeRoom(entries: Map<string, Entry<Description>>, newest: string): Promise<void> {
    let bytes = [...entries.values()].reduce((sum, entry) => sum + entry.bytes, 0)
    for (const id of [...entries.keys()].sort()) {
      if (entries.size <= this.#limits.maxEntries && bytes <= this.#limits.maxBytes) return
      if (id === newest) continue
      bytes -= entries.get(id)?.bytes ?? 0
      await this.#drop(entries, id)
    }
  }

  /** The description first: without it the rest is nothing any more. What cannot be removed stays as it is. */
  async #drop(entries: Map<string, Entry<Description>>, id: string): Promise<void> {
    try {
      await rm(this.#descriptionFile(id), { force: true })
      entries.delete(id)
      await rm(this.#dataFile(id), { force: true })
    } catch (error) {
      throw new StoreFolderError(error as Error)
    }
  }

  async #write(file: string, bytes: Uint8Array): Promise<void> {
    const unfinished = `${file}.${process.pid}.part`
    const handle = await open(unfinished, 'w', 0o600)
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } catch (error) {
      // The disk may be full.
      await rm(unfinished, { force: true })
      throw error
    } finally {
      await handle.close()
    }
    await rename(unfinished, file)
    // The rename itself is on disk only once the folder is.
    const folder = await open(this.#folder, 'r')
    await folder.sync().finally(() => folder.close())
  }

  #read(): Promise<Map<string, Entry<Description>>> {
    this.#entries ??= this.#readFolder().catch(error => {
      // A folder that cannot be read now may be readable later.
      this.#entries = undefined
      throw new StoreFolderError(error)
    })
    return this.#entries
  }

  async #readFolder(): Promise<Map<string, Entry<Description>>> {
    const entries = new Map<string, Entry<Description>>()
    const names = new Set(await readdir(this.#folder).catch(emptyWhenMissing))
    for (const name of names) {
      const [id = '', kind] = name.split('.', 2)
      if (!IDS.test(id)) continue
      if (name.endsWith('.part') || (kind === 'data' && !names.has(`${id}.json`))) await this.#removeAbandoned(name)
      if (name !== `${id}.json` || !names.has(`${id}.data.gz`)) continue
      const entry = await this.#readEntry(id)
      if (entry === null) continue
      entries.set(id, entry)
      this.#newestMs = Math.max(this.#newestMs, Number.parseInt(id.slice(0, TIME_DIGITS), 36))
    }
    return entries
  }

  async #readEntry(id: string): Promise<Entry<Description> | null> {
    try {
      const text = await readFile(this.#descriptionFile(id), 'utf8')
      const description: unknown = JSON.parse(text)
      if (!this.#isDescription(description) || description.id !== id) return null
      const { size } = await stat(this.#dataFile(id))
      return { description, bytes: size + Buffer.byteLength(text) }
    } catch {
      // Not ours, or of another version: it is not listed, and not touched.
      return null
    }
  }

  async #removeAbandoned(name: string): Promise<void> {
    const file = join(this.#folder, name)
    const { mtimeMs } = await stat(file)
    if (Date.now() - mtimeMs > ABANDONED_MS) await rm(file, { force: true })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {})
    return done
  }

  #descriptionFile(id: string): string {
    return join(this.#folder, `${id}.json`)
  }

  #dataFile(id: string): string {
    return join(this.#folder, `${id}.data.gz`)
  }
}

function emptyWhenMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error
}

import type { ProfileReport } from '../contract/profile.ts'

/** The control plane has refused, or nothing answers: told in one sentence. */
export class ProfileClientError extends Error {
  override name = 'ProfileClientError'
}

export interface ProfilePage {
  readonly total: number
  readonly items: readonly ProfileReport[]
}

/** The profiles of a running framelab, by REST as anybody uses them. */
export class ProfileClient {
  readonly #url: string
  readonly #headers: Readonly<Record<string, string>>

  /** `headers` are those that let one in. */
  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#url = url.replace(/\/+$/, '')
    this.#headers = headers
  }

  async start(request: object): Promise<ProfileReport> {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request) }
    return (await (await this.#ask('', init)).json()) as ProfileReport
  }

  async find(id: string): Promise<ProfileReport> {
    return (await (await this.#ask(`/${encodeURIComponent(id)}`)).json()) as ProfileReport
  }

  async list(limit: number): Promise<ProfilePage> {
    return (await (await this.#ask(`?limit=${limit}`)).json()) as ProfilePage
  }

  async remove(id: string): Promise<void> {
    await this.#ask(`/${encodeURIComponent(id)}`, { method: 'DELETE' })
  }

  async download(id: string, format: string): Promise<Buffer> {
    return bytesOf(await this.#ask(`/${encodeURIComponent(id)}/download?format=${format}`))
  }

  async difference(before: string, after: string, norm: string, format: string): Promise<Buffer> {
    const path = `/${encodeURIComponent(after)}/diff/${encodeURIComponent(before)}`
    return bytesOf(await this.#ask(`${path}?norm=${norm}&format=${format}`))
  }

  /** An id, or the newest profile that is done and has this label. */
  async resolve(idOrLabel: string): Promise<ProfileReport> {
    return meant(idOrLabel, (await this.list(1000)).items)[0]
  }

  /** Two of one kind, the newest there are: a label may stand for a profile of each kind. */
  async resolvePair(before: string, after: string): Promise<readonly [ProfileReport, ProfileReport]> {
    const { items } = await this.list(1000)
    const [firsts, seconds] = [meant(before, items), meant(after, items)]
    for (const second of seconds) {
      const first = firsts.find(({ kind }) => kind === second.kind)
      if (first !== undefined) return [first, second]
    }
    return [firsts[0], seconds[0]]
  }

  async #ask(path: string, init: RequestInit = {}): Promise<Response> {
    let response: Response
    try {
      const headers = { ...init.headers, ...this.#headers }
      response = await fetch(`${this.#url}/api/v1/profiles${path}`, { ...init, headers })
    } catch (cause) {
      const advice = "is 'framelab serve' running there? Another address is given with --url"
      throw new ProfileClientError(`nothing answers at ${this.#url}: ${advice}`, { cause })
    }
    if (response.ok) return response
    const { detail } = (await response.json().catch(() => ({}))) as { detail?: string }
    throw new ProfileClientError(detail ?? `${this.#url} answered with ${response.status}`)
  }
}

/** Newest first. */
function meant(idOrLabel: string, items: readonly ProfileReport[]): [ProfileReport, ...ProfileReport[]] {
  const byId = items.filter(({ id }) => id === idOrLabel)
  const [newest, ...older] =
    byId.length > 0 ? byId : items.filter(({ label, state }) => label === idOrLabel && state === 'done')
  if (newest === undefined) {
    throw new ProfileClientError(`there is no profile '${idOrLabel}'; 'framelab profile list' shows all of them`)
  }
  return [newest, ...older]
}

async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer())
}

import { signal } from '@preact/signals'

/** What is asked of the API. The page makes every action of one, so that it can be sent, and copied as a command too. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: object
  /** What comes is kept under the name that the server gives it. */
  readonly isFile?: boolean
}

/** One thing that is wrong with a request: where (a JSON pointer into the body, or a parameter's name), and what. */
export interface WrongField {
  readonly pointer?: string
  readonly parameter?: string
  readonly detail: string
}

/** A refusal in the API's own words, or that nothing answers. */
export class ApiError extends Error {
  /** HTTP's; null when nothing answered. */
  readonly status: number | null
  readonly fields: readonly WrongField[]

  constructor(message: string, status: number | null, fields: readonly WrongField[] = []) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.fields = fields
  }
}

const TOKEN_KEY = 'framelab-token'

/** Kept for as long as the tab is, and never in an address. */
export const token = signal<string | null>(sessionStorage.getItem(TOKEN_KEY))
/** Why the page asks for a token; null while it need not. */
export const tokenWanted = signal<string | null>(null)

export function useToken(given: string): void {
  sessionStorage.setItem(TOKEN_KEY, given)
  token.value = given
  tokenWanted.value = null
}

/** The bare answer, whatever it says. Throws ApiError when nothing answers, and when a token is wanted. */
export async function fetchFrom(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers)
  if (token.value !== null) headers.set('authorization', `Bearer ${token.value}`)
  let response: Response
  try {
    response = await fetch(path, { ...init, headers })
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error
    throw new ApiError('The server does not answer. The page goes on by itself when it does.', null)
  }
  if (response.status === 401) {
    tokenWanted.value = token.value === null ? 'This server wants a token.' : 'The server does not accept this token.'
    throw new ApiError('A token is needed for this.', 401)
  }
  return response
}

/** The answer's JSON. Throws ApiError. */
export async function send<Answer>({ method, path, body }: ApiRequest): Promise<Answer> {
  const response = await fetchFrom(path, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  })
  if (!response.ok) throw await refusalOf(response)
  return (response.status === 204 ? undefined : await response.json()) as Answer
}

export const get = <Answer>(path: string): Promise<Answer> => send<Answer>({ method: 'GET', path })

/** Saves an answer as a file under the name that the server gives it. */
export async function download(path: string, fileName = 'framelab'): Promise<void> {
  const response = await fetchFrom(path)
  if (!response.ok) throw await refusalOf(response)
  const named = /filename="?([^";]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1]
  const address = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = address
  link.download = named ?? fileName
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

export async function refusalOf(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => ({}))) as { detail?: string; errors?: WrongField[] }
  const fields = problem.errors ?? []
  const words = fields.map(({ pointer, parameter, detail }) => `${fieldInWords(pointer ?? parameter ?? '')} ${detail}`)
  return new ApiError(
    words.length > 0 ? words.join('; ') : (problem.detail ?? response.statusText),
    response.status,
    fields
  )
}

/** `/arms/1/name` → `arms 2, name`: people count from one. */
function fieldInWords(place: string): string {
  return place
    .replace(/^[#/]+/, '')
    .replace(/\/(\d+)/g, (_, index: string) => ` ${Number(index) + 1}`)
    .replaceAll('/', ', ')
}

/** The same request for a shell. The token is left to the shell's own variable: a copied command may end up anywhere. */
export function asCurl({ method, path, body, isFile = false }: ApiRequest): string {
  const parts = ['curl', ...(isFile ? ['-OJ'] : []), ...(method === 'GET' ? [] : ['-X', method])]
  parts.push(quoted(location.origin + path))
  if (token.value !== null) parts.push('-H', '"authorization: Bearer $FRAMELAB_TOKEN"')
  if (body !== undefined) parts.push('-H', quoted('content-type: application/json'), '-d', quoted(JSON.stringify(body)))
  return parts.join(' ')
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

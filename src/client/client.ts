import createClient, { type Client } from 'openapi-fetch'
import type { paths } from './api-types.ts'

/** A control plane, every operation of it typed by its OpenAPI document. */
export type LabClient = Client<paths>

/** An answer that says that it could not be done: problem details (RFC 9457), or no answer at all. */
export class LabError extends Error {
  readonly code = 'FRAMELAB_LAB_ERROR'
  /** HTTP's; null when nothing answered. */
  readonly status: number | null

  constructor(message: string, status: number | null, options?: ErrorOptions) {
    super(message, options)
    this.name = 'LabError'
    this.status = status
  }
}

/** `url` is where the control plane listens, such as http://127.0.0.1:8889; `token` what it lets one in for, if it asks. */
export function createLabClient(url: string, token: string | null = null): LabClient {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` }
  return createClient<paths>({ baseUrl: url.replace(/\/+$/, ''), headers })
}

interface Outcome<Data> {
  readonly data?: Data
  readonly error?: unknown
  readonly response: Response
}

/** The data of an answer; throws LabError for a refusal and when nothing answers. */
export async function dataOf<Data>(call: Promise<Outcome<Data>>): Promise<Data> {
  let outcome: Outcome<Data>
  try {
    outcome = await call
  } catch (error) {
    // Where JSON was to come, something came.
    if (error instanceof SyntaxError) {
      throw new LabError(`what answers there is no framelab (${error.message})`, null, { cause: error })
    }
    const cause =
      (error as Error).cause instanceof Error ? (error as Error & { cause: Error }).cause.message : String(error)
    throw new LabError(`nothing answers there (${cause})`, null, { cause: error })
  }
  const { data, error, response } = outcome
  if (!response.ok) {
    const detail = (error as { detail?: string } | undefined)?.detail ?? response.statusText
    throw new LabError(detail, response.status)
  }
  return data as Data
}

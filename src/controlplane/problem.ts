import { STATUS_CODES } from 'node:http'

/** One thing that is wrong with a request. It is either in the body (`pointer`) or a `parameter` of the query or the path. */
export interface InputError {
  readonly pointer?: string | undefined
  readonly parameter?: string | undefined
  readonly detail: string
}

/** The body of every answer that is an error: application/problem+json, RFC 9457. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly errors?: readonly InputError[] | undefined
}

/** An error with the status it is answered with. Its message is shown to whoever asked. */
export class HttpProblem extends Error {
  readonly status: number
  readonly errors: readonly InputError[] | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    detail: string,
    more: { errors?: readonly InputError[]; headers?: Record<string, string> } = {}
  ) {
    super(detail)
    this.name = 'HttpProblem'
    this.status = status
    this.errors = more.errors
    this.headers = more.headers ?? {}
  }
}

const NAMED_IN_DETAIL = 3

/** A request that cannot be served as it is written: 400, with every bad field. */
export function invalidInput(errors: readonly InputError[]): HttpProblem {
  const more = errors.length - NAMED_IN_DETAIL
  const named = errors.slice(0, NAMED_IN_DETAIL).map(describe)
  return new HttpProblem(400, [...named, ...(more > 0 ? [`and ${more} more`] : [])].join('; '), { errors })
}

/** No kind of problem says more than its status does, which `about:blank` stands for. */
export function problemOf(status: number, detail: string, errors?: readonly InputError[]): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, ...(errors && { errors }) }
}

function describe({ pointer, parameter, detail }: InputError): string {
  return `${parameter ?? (pointer === '' ? 'the body' : pointer)}: ${detail}`
}

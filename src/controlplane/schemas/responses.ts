import type { z } from 'zod'
import { problemSchema } from './problem.ts'

/** An answer of JSON, and what it is. */
export function answer<T>(description: string, schema: z.ZodType<T>) {
  return { description, content: { 'application/json': { schema } } }
}

const statusDescriptions = {
  400: 'Something in the request is wrong; `errors` names every bad field.',
  401: 'No token, or none that is known.',
  403: 'The token has not got the scope, or the request comes from a web page elsewhere.',
  404: 'There is no such thing.',
  406: 'What there is, the Accept header refuses.',
  409: 'It cannot be done as things stand.',
  412: 'The switches have changed since the revision in If-Match; nothing was done.',
  413: 'The body is too large.',
  415: 'The body is not application/json.',
  421: 'The Host header does not name this server.',
  429: 'Too many requests from one client, or as many of these as there may be at once; Retry-After says when.',
  500: 'The server failed; its log has the reason.',
  503: 'Not ready, too busy, or no answer in time.'
} as const

export type ProblemStatus = keyof typeof statusDescriptions

/** The problem answers of an operation, for its documentation: those every operation has, and `statuses`. */
export function problemResponses(...statuses: ProblemStatus[]) {
  const content = { 'application/problem+json': { schema: problemSchema } }
  const all: ProblemStatus[] = [400, 401, 403, 421, 429, 500, 503, ...statuses]
  return Object.fromEntries(all.map(status => [status, { description: statusDescriptions[status], content }]))
}

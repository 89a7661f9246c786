import type { FastifyRequest } from 'fastify'
import { type InputError, invalidInput } from './problem.ts'

const LONGEST_HEADER = 1000
const entityTag = /^(W\/)?"([^"]*)"$/

/** The ETag of a revision. */
export function revisionTag(revision: number): string {
  return `"${revision}"`
}

/** The revisions that If-Match names; null when any will do. Throws HttpProblem. */
export function revisionsToMatch({ headers }: FastifyRequest): readonly number[] | null {
  const header = headers['if-match']
  if (header === undefined || header.trim() === '*') return null
  const tags = header.length > LONGEST_HEADER ? [] : header.split(',').map(text => entityTag.exec(text.trim()))
  if (tags.length === 0 || tags.includes(null)) throw invalidInput([badHeader])
  // A weak tag matches nothing here, and neither does one that is no revision: both are well-formed, and stale.
  return tags.flatMap(tag => (tag?.[1] === undefined && /^\d+$/.test(tag?.[2] ?? '') ? [Number(tag?.[2])] : []))
}

const badHeader: InputError = {
  parameter: 'If-Match',
  detail: 'must be * or the ETags of an earlier answer, such as "7"'
}

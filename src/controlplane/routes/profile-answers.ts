import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { ProfileReport } from '../../contract/profile.ts'
import type { FlameGraphPage } from '../../profiling/flame-graph-page.ts'
import { type Lab, UnknownWorkerError } from '../lab.ts'
import { HttpProblem, invalidInput } from '../problem.ts'
import type { ProfileFile } from '../profile-files.ts'
import { type CapturedProfile, DamagedProfileError, ProfilingBusyError } from '../profiles.ts'

/** What the routes of profiles have in common. */

/** For the document: a file of bytes, collapsed stacks, a page. */
export const fileContent = { schema: z.string().meta({ examples: ['(bytes)'] }) }
export const collapsedContent = { schema: z.string().meta({ examples: ['dataplane/connection.onRead;writev 1200\n'] }) }
export const pageContent = { schema: z.string().meta({ examples: ['<!doctype html>'] }) }

/** The problem with a request for a capture; what is none of these is given back as it is. */
export function profileProblem(error: unknown, placeOf: (index: number) => object): unknown {
  if (error instanceof ProfilingBusyError) return new HttpProblem(409, error.message)
  if (error instanceof UnknownWorkerError) return invalidInput([{ ...placeOf(error.index), detail: error.message }])
  return error
}

export function noProfile(id: string): never {
  throw new HttpProblem(404, `there is no profile '${id}'`)
}

/** Throws the problem when there is none, or it is not done. */
export async function readDone(lab: Lab, id: string): Promise<CapturedProfile> {
  const report = (await lab.profiles.find(id)) ?? noProfile(id)
  assertDone(report)
  try {
    // Between the two it may have been deleted.
    return (await lab.profiles.read(id)) ?? noProfile(id)
  } catch (error) {
    if (error instanceof DamagedProfileError) throw new HttpProblem(500, error.message)
    throw error
  }
}

function assertDone({ id, state }: ProfileReport): void {
  if (state !== 'done') throw new HttpProblem(409, `profile '${id}' is ${state}; only one that is done has stacks`)
}

export function sendFile(reply: FastifyReply, { name, mediaType, content }: ProfileFile): FastifyReply {
  return reply
    .header('content-type', mediaType)
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(content)
}

/** A page of its own: shown by browsers, kept under this name by whoever saves it. */
export function sendPage(
  reply: FastifyReply,
  name: string,
  { html, contentSecurityPolicy }: FlameGraphPage
): FastifyReply {
  return reply
    .header('content-type', 'text/html; charset=utf-8')
    .header('content-disposition', `inline; filename="${name}"`)
    .header('content-security-policy', contentSecurityPolicy)
    .send(html as never)
}

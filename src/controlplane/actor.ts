import type { FastifyRequest } from 'fastify'
import type { Actor } from '../contract/audit.ts'

/** Who asks, by their own words or by their address, with whose token, and why, if they say. */
export function actorOf(
  request: FastifyRequest,
  said: { by?: string | undefined; reason?: string | undefined } = {}
): Actor {
  const { ip, identity } = request
  // What somebody calls himself is his to choose; whose token it was is not.
  const by = [said.by ?? ip, ...(identity === null ? [] : [`with token '${identity.name}'`])].join(' ')
  return { by, reason: said.reason ?? null }
}

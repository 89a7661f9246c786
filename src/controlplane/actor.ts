import type { FastifyRequest } from 'fastify'
import type { Actor } from '../contract/audit.ts'

/** Who asks, by their own words or by their address, and why, if they say. */
export function actorOf(
  request: FastifyRequest,
  said: { by?: string | undefined; reason?: string | undefined } = {}
): Actor {
  return { by: said.by ?? request.ip, reason: said.reason ?? null }
}

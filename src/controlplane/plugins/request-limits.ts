import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { networkOf } from '../../contract/network-of.ts'
import type { RequestBudgets } from '../access/request-budgets.ts'
import { HttpProblem } from '../problem.ts'

export interface RequestLimitsOptions {
  /** null: as many requests as they like. */
  readonly budgets: RequestBudgets | null
}

/** What a request takes of a client's budget; a request that looks takes 1. */
const COST_OF_CHANGE = 4
/** Somebody who guesses tokens, or has lost his, does not need more. */
export const COST_OF_REFUSAL = 20

/** Probes must not fail because somebody else behind the same address asks too much. */
const free = new Set(['/healthz', '/readyz'])

/** Answers 429 to a client that asks for more than its share. */
export const requestLimits = fp(
  (app: FastifyInstance, { budgets }: RequestLimitsOptions, done: () => void) => {
    if (budgets !== null) {
      app.addHook('onRequest', async request => {
        if (free.has(request.routeOptions.url ?? '')) return
        const isLook = request.method === 'GET' || request.method === 'HEAD'
        charge(budgets, clientOf(request), isLook ? 1 : COST_OF_CHANGE)
      })
    }
    done()
  },
  { name: 'request-limits', dependencies: ['access'], fastify: '5.x' }
)

/** Whoever has a share of his own: a token, or without one the network that a request comes from. */
export function clientOf({ ip, identity }: FastifyRequest): string {
  return identity === null ? networkOf(ip) : `token ${identity.name}`
}

/** Throws the 429 that a client gets who cannot pay. */
export function charge(budgets: RequestBudgets | null, client: string, cost: number): void {
  const waitSeconds = budgets?.spend(client, cost) ?? 0
  if (waitSeconds === 0) return
  const retryAfter = `${Math.ceil(waitSeconds)}`
  throw new HttpProblem(429, 'too many requests; ask more slowly', { headers: { 'retry-after': retryAfter } })
}

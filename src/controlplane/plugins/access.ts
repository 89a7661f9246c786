import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Identity, Scope } from '../../contract/access.ts'
import { networkOf } from '../../contract/network-of.ts'
import type { RequestBudgets } from '../access/request-budgets.ts'
import { isPprof, requiredAccess } from '../access/required-access.ts'
import { HttpProblem } from '../problem.ts'
import { COST_OF_REFUSAL, charge } from './request-limits.ts'

/** Knows tokens; which ones may change while it is in use. */
export interface TokenVerifier {
  identify(secret: string): Identity | null
}

export interface AccessOptions {
  /** null: whoever reaches the port may use it. */
  readonly tokens: TokenVerifier | null
  readonly budgets: RequestBudgets | null
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose token it came with; null where none is needed. */
    identity: Identity | null
    /** Whether it may do what takes this scope, at this moment: a token may have been taken back since it came. */
    may(scope: Scope): boolean
  }
}

const REALM = 'Bearer realm="framelab"'
const bearer = /^Bearer +([\w.~+/-]+=*)$/i
const basic = /^Basic +([\w+/]+=*)$/i

/** Asks every request for a token with the scope of its route (RFC 6750), before anything of it is read. */
export const access = fp(
  (app: FastifyInstance, { tokens, budgets }: AccessOptions, done: () => void) => {
    app.decorateRequest('identity', null)
    app.decorateRequest('may', function may(this: FastifyRequest, scope: Scope): boolean {
      return tokens === null || identify(tokens, this)?.scopes.includes(scope) === true
    })
    if (tokens !== null) {
      app.addHook('onRequest', async request => {
        const { method, url, config, schema } = request.routeOptions
        const scope = requiredAccess({
          method: method ?? request.method,
          url,
          config,
          schema: schema as { tags?: string[] }
        })
        if (scope === 'public') return
        request.identity = identify(tokens, request)
        if (request.identity === null) {
          charge(budgets, networkOf(request.ip), COST_OF_REFUSAL)
          throw secretOf(request) === null ? noToken() : unknownToken()
        }
        if (!request.identity.scopes.includes(scope)) throw withoutScope(request.identity, scope)
      })
    }
    done()
  },
  { name: 'access', dependencies: ['problem-details', 'same-origin'], fastify: '5.x' }
)

/** Throws what a token gets that has not got the scope now: for routes of which a part takes another one, or that take long. */
export function assertMay(request: FastifyRequest, scope: Scope): void {
  const { identity } = request
  if (request.may(scope)) return
  // Taken back since.
  if (identity === null || identity.scopes.includes(scope)) throw unknownToken()
  throw withoutScope(identity, scope)
}

function withoutScope({ name }: Identity, scope: Scope): HttpProblem {
  const challenge = `${REALM}, error="insufficient_scope", scope="${scope}"`
  const detail = `this takes a token with the scope '${scope}', and '${name}' has not got it`
  return new HttpProblem(403, detail, { headers: { 'www-authenticate': challenge } })
}

function identify(tokens: TokenVerifier, request: FastifyRequest): Identity | null {
  const secret = secretOf(request)
  return secret === null ? null : tokens.identify(secret)
}

function noToken(): HttpProblem {
  const headers = { 'www-authenticate': REALM }
  return new HttpProblem(401, 'a token is needed: Authorization: Bearer …', { headers })
}

function unknownToken(): HttpProblem {
  const headers = { 'www-authenticate': `${REALM}, error="invalid_token"` }
  return new HttpProblem(401, 'this token is not known here', { headers })
}

/** Never from the address, which logs and histories keep. */
function secretOf({ headers, routeOptions }: FastifyRequest): string | null {
  const { authorization = '' } = headers
  const [, secret] = bearer.exec(authorization) ?? []
  if (secret !== undefined) return secret
  // Go's pprof can send nothing but what stands before the @ of an address: http://:TOKEN@host/debug/pprof/heap
  const [, pair] = isPprof(routeOptions.url ?? '') ? (basic.exec(authorization) ?? []) : []
  return pair === undefined
    ? null
    : Buffer.from(pair, 'base64')
        .toString()
        .replace(/^[^:]*:/, '')
}

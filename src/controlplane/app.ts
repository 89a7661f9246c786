import { performance } from 'node:perf_hooks'
import Fastify, { type FastifyInstance, type FastifyPluginCallback, type FastifyServerOptions } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { type TlsMaterial, tlsOptionsOf } from '../contract/tls.ts'
import { RequestBudgets } from './access/request-budgets.ts'
import type { Explorations } from './explorations.ts'
import type { Lab } from './lab.ts'
import type { Loads } from './loads.ts'
import { access, type TokenVerifier } from './plugins/access.ts'
import { connectionRoom } from './plugins/connection-room.ts'
import { dashboard } from './plugins/dashboard.ts'
import { jsonBodies } from './plugins/json-bodies.ts'
import { openapi } from './plugins/openapi.ts'
import { refusingOtherMethods } from './plugins/other-methods.ts'
import { pipelining } from './plugins/pipelining.ts'
import { problemDetails } from './plugins/problem-details.ts'
import { requestLimits } from './plugins/request-limits.ts'
import { sameOrigin } from './plugins/same-origin.ts'
import { QuietLog } from './quiet-log.ts'
import { answerBadUrl, answerUnreadable } from './raw-errors.ts'
import { routes } from './routes/routes.ts'

export interface AppOptions {
  readonly lab: Lab
  readonly loads: Loads
  readonly explorations: Explorations
  /** Of framelab, for the OpenAPI document. */
  readonly version: string
  /** The address the app will listen on. Clients may call it by that, by `localhost` and by a loopback address. */
  readonly httpHost: string
  /** Further names, without a port, that clients may call it by. */
  readonly allowedHosts?: readonly string[]
  /** Whose tokens are accepted; without any, whoever reaches the port may use it. */
  readonly tokens?: TokenVerifier | null
  /** null or absent: plain HTTP. */
  readonly tls?: TlsMaterial | null
  /** Requests a second that one client may send, reads counted as one and changes as four; 0 is no limit. */
  readonly maxRequestRate?: number
  /** HTTP connections at once. The sockets of the frame port are accepted in the same process and want file descriptors too. */
  readonly maxHttpConnections?: number
  /** Registered before everything else; null or absent: requests are not traced. */
  readonly requestTraces?: FastifyPluginCallback | null
  /** pino's options, or false. */
  readonly logger?: NonNullable<FastifyServerOptions['logger']>
}

const LONGEST_BODY_BYTES = 64 * 1024
const HEADERS_TIMEOUT_MS = 5_000
/** A missing Host is for the hooks to refuse, as all else. */
const reading = { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: 1_000, requireHostHeader: false }
const REQUEST_TIMEOUT_MS = 10_000
const HANDLER_TIMEOUT_MS = 30_000
const SILENCE_TIMEOUT_MS = 60_000
const MAX_CONNECTIONS = 1_000
/** A page that loads, and a script that was waited for, ask for much at once. */
const SECONDS_SAVED = 5
const CLIENTS_REMEMBERED = 10_000

/** The control plane: every plugin and route registered, not listening yet. */
export function buildApp({
  lab,
  loads,
  explorations,
  version,
  httpHost,
  allowedHosts = [],
  tokens = null,
  tls = null,
  maxRequestRate = 0,
  maxHttpConnections = MAX_CONNECTIONS,
  requestTraces = null,
  logger = false
}: AppOptions): FastifyInstance {
  const app = Fastify({
    logger,
    logController: new QuietLog(),
    // A slow or silent client holds a connection for as long as this and no longer.
    ...(tls === null ? { http: reading } : { https: { ...tlsOptionsOf(tls), ...reading } }),
    bodyLimit: LONGEST_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    handlerTimeout: HANDLER_TIMEOUT_MS,
    connectionTimeout: SILENCE_TIMEOUT_MS,
    // Closing waits for answers under way, not for clients that merely keep their connections.
    forceCloseConnections: 'idle',
    // Asked while closing, it still answers, as it says everything else: in problem details.
    return503OnClosing: false,
    clientErrorHandler: answerUnreadable,
    frameworkErrors: answerBadUrl
  })

  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  if (requestTraces !== null) app.register(requestTraces)
  app.register(pipelining)
  app.register(connectionRoom, { most: maxHttpConnections })
  app.register(problemDetails)
  app.register(sameOrigin, { httpHost, allowedHosts })
  const budgets = maxRequestRate === 0 ? null : budgetsOf(maxRequestRate)
  app.register(access, { tokens, budgets })
  app.register(requestLimits, { budgets })
  app.register(jsonBodies)
  app.register(openapi, { version })
  app.register(refusingOtherMethods(routes), { lab, loads, explorations })
  app.register(dashboard)
  return app
}

function budgetsOf(perSecond: number): RequestBudgets {
  const most = perSecond * SECONDS_SAVED
  return new RequestBudgets({ perSecond, most, clients: CLIENTS_REMEMBERED, clockMs: () => performance.now() })
}

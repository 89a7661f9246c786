import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { isPprof } from '../access/required-access.ts'
import { hostPolicy } from '../host-policy.ts'
import { HttpProblem } from '../problem.ts'

export interface SameOriginOptions {
  /** The address the app listens on. */
  readonly httpHost: string
  /** Further names, without a port, by which clients may call the server. */
  readonly allowedHosts: readonly string[]
}

/**
 * Keeps web pages elsewhere from using the control plane through the browser of somebody who can reach it: by a name of
 * their own that leads here (DNS rebinding), by requests across origins, or in a frame.
 */
export const sameOrigin = fp(
  (app: FastifyInstance, { httpHost, allowedHosts }: SameOriginOptions, done: () => void) => {
    const isAllowedHost = hostPolicy(httpHost, allowedHosts)

    app.addHook('onRequest', async (request, reply) => {
      // Beneath what Fastify sends, so that plugins that set theirs there too, later, have the last word.
      for (const [name, value] of isolation) reply.raw.setHeader(name, value)
      const { host } = request.headers
      // The form meant for proxies, which names a host of its own.
      if (!request.url.startsWith('/')) throw new HttpProblem(400, 'the address must begin with a slash')
      if (hasTwoHosts(request)) throw new HttpProblem(400, 'there are two Host headers')
      if (host === undefined || !isAllowedHost(host))
        throw new HttpProblem(421, `the Host header '${host ?? ''}' is not allowed`)
      if (!isSameOrigin(request.headers.origin, host))
        throw new HttpProblem(403, 'requests from other origins are refused')
      if (isFromElsewhere(request)) throw new HttpProblem(403, 'requests from other sites are refused')
    })
    done()
  },
  { name: 'same-origin', fastify: '5.x' }
)

const isolation = Object.entries({
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  // Of answers that are no pages; a page says what it needs itself.
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  // What one may see of a server is not for the disks of browsers and proxies; static files say otherwise.
  'cache-control': 'no-store'
})

/** Programs send no Origin; a browser sends 'null' or an address, whose host must be the one that was asked. */
function isSameOrigin(origin: string | undefined, host: string): boolean {
  if (origin === undefined) return true
  const match = /^(https?:)\/\/(.+)$/i.exec(origin)
  if (match === null) return false
  // The scheme is that of the page: a proxy in front may speak https. It decides which port is the default one.
  return URL.canParse(origin) && new URL(origin).host === new URL(`${match[1]}//${host}`).host
}

/** Of two, Node takes the first and a proxy in front perhaps the other (RFC 9112, 3.2). */
function hasTwoHosts({ raw: { rawHeaders = [] } }: FastifyRequest): boolean {
  return rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length > 1
}

/**
 * Somebody who follows a link to the documentation comes from elsewhere too: a page opened by GET can do no harm, unless it
 * is one that takes a profile.
 */
function isFromElsewhere({ method, headers, routeOptions }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return false
  if (isPprof(routeOptions.url ?? '')) return true
  return !(method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document')
}

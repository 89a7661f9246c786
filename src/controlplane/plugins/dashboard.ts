import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import helmet from '@fastify/helmet'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'
import { HttpProblem } from '../problem.ts'

/** Where the build puts it, seen from src and from dist. */
const built = fileURLToPath(new URL('../../../dist/dashboard/', import.meta.url))

/** The page at `/`, its parts, and speedscope at `/speedscope/`. They are public: what they show is asked of the API. */
export const dashboard: FastifyPluginAsync = async app => {
  app.addHook('onRoute', route => {
    route.config = { ...route.config, access: 'public' }
  })
  // What the control plane says of answers that are no pages would win over what is said below.
  app.addHook('onRequest', async (_request, reply) => {
    reply.removeHeader('content-security-policy').removeHeader('cache-control')
  })
  if (!existsSync(join(built, 'index.html'))) {
    app.get('/', { schema: { hide: true } }, () => {
      throw new HttpProblem(503, 'the dashboard is not built; npm run build does it')
    })
    return
  }
  await app.register(page)
  await app.register(speedscope, { prefix: '/speedscope' })
}

const page: FastifyPluginAsync = async app => {
  await app.register(helmet, {
    ...common,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        ...nothingElse,
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"]
      }
    }
  })
  await app.register(fastifyStatic, {
    root: built,
    globIgnore: ['speedscope/**', '**/*.gz'],
    ...serving,
    cacheControl: false,
    setHeaders: (response, path) => {
      // The name of such a file changes with what is in it.
      const isNamedByContent = path.includes('/assets/')
      response.setHeader('cache-control', isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache')
    }
  })
}

/**
 * Somebody else's program, with a policy of its own: it adds styles from its script, keeps its fonts beside it, reads
 * profiles from the API or from the page that opens it (blob:), and has a decoder in WebAssembly.
 */
const speedscope: FastifyPluginAsync = async app => {
  await app.register(helmet, {
    ...common,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        ...nothingElse,
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'", 'blob:'],
        workerSrc: ["'self'", 'blob:']
      }
    }
  })
  await app.register(fastifyStatic, { root: join(built, 'speedscope'), globIgnore: ['**/*.gz'], ...serving })
}

/** As the rest of the control plane says it; what a proxy in front promises about https is for that proxy to say. */
const common = {
  frameguard: { action: 'deny' },
  strictTransportSecurity: false
} as const

const nothingElse = {
  defaultSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"]
}

const serving = { wildcard: false, preCompressed: true, decorateReply: false } as const

import type { FastifyInstance, FastifyPluginCallback, FastifyPluginOptions, HTTPMethods } from 'fastify'
import { HttpProblem } from '../problem.ts'

/** The same routes, and 405 with Allow, instead of 404, for every other method of their paths. */
export function refusingOtherMethods<Options extends FastifyPluginOptions>(
  routes: FastifyPluginCallback<Options>
): FastifyPluginCallback<Options> {
  return (app, options, done) => {
    const methodsByUrl = new Map<string, Set<string>>()
    app.addHook('onRoute', ({ url, method }) => {
      methodsByUrl.set(url, new Set([...(methodsByUrl.get(url) ?? []), ...[method].flat()]))
    })
    app.register(routes, options)
    app.after(() => {
      for (const [url, methods] of [...methodsByUrl]) refuse(app, url, methods)
    })
    done()
  }
}

function refuse(app: FastifyInstance, url: string, allowed: ReadonlySet<string>): void {
  const allow = [...allowed].join(', ')
  app.route({
    url,
    method: app.supportedMethods.filter(method => !allowed.has(method)) as HTTPMethods[],
    schema: { hide: true },
    exposeHeadRoute: false,
    // Before the body is read, whose type could otherwise be what is complained about.
    onRequest: async request => {
      throw new HttpProblem(405, `${request.method} is not allowed here, but ${allow}`, { headers: { allow } })
    },
    handler: () => undefined
  })
}

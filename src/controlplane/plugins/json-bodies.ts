import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

/**
 * Bodies are JSON and nothing else: any other type, those a web form can send included, is refused (415). No body at all
 * is fine whatever its type says; an operation that needs one names the missing body itself.
 */
export const jsonBodies = fp(
  (app: FastifyInstance, _options: object, done: () => void) => {
    const parse = app.getDefaultJsonParser('error', 'error')
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, parsed) => {
      if (body === '') parsed(null, undefined)
      else void parse(request, body as string, parsed)
    })
    done()
  },
  { name: 'json-bodies', fastify: '5.x' }
)

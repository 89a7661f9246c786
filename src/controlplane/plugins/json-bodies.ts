import { isUtf8 } from 'node:buffer'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { nameTwice } from '../../contract/json-names.ts'
import { HttpProblem } from '../problem.ts'

const utf8 = /^utf-?8$/i
const charset = /;\s*charset\s*=\s*"?([\w-]+)/i

/**
 * Bodies are JSON and nothing else: any other type, those a web form can send included, is refused (415). No body at all
 * is fine whatever its type says; an operation that needs one names the missing body itself. What parsers read differently is
 * refused as well: other encodings, bytes that are no UTF-8, names that stand twice.
 */
export const jsonBodies = fp(
  (app: FastifyInstance, _options: object, done: () => void) => {
    const parse = app.getDefaultJsonParser('error', 'error')
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, parsed) => {
      const bytes = body as Buffer
      const [, encoding = 'utf-8'] = charset.exec(request.headers['content-type'] ?? '') ?? []
      if (bytes.byteLength === 0) return parsed(null, undefined)
      if (!utf8.test(encoding)) return parsed(new HttpProblem(415, `JSON is UTF-8, and not '${encoding}'`))
      if (!isUtf8(bytes)) return parsed(new HttpProblem(400, 'the body is not UTF-8'))
      const text = bytes.toString()
      void parse(request, text, (error, value) => {
        const twice = error === null ? nameTwice(text) : null
        if (twice === null) parsed(error, value)
        else parsed(new HttpProblem(400, `the body has '${twice}' twice in one object`))
      })
    })
    done()
  },
  { name: 'json-bodies', fastify: '5.x' }
)

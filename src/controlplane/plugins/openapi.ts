import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { OpenAPIV3_1 } from 'openapi-types'
import { securitySchemes, withAccess } from '../access/documented-access.ts'
import { tidyDocument, zodToJsonConfig } from '../openapi-document.ts'

export interface OpenapiOptions {
  /** Of framelab. */
  readonly version: string
}

/** The OpenAPI document, made of the routes' schemas, as JSON and as a page one can try the API on. */
export const openapi = fp(
  (app: FastifyInstance, { version }: OpenapiOptions, done: () => void) => {
    const transform = createJsonSchemaTransform({ zodToJsonConfig })
    const transformObject = createJsonSchemaTransformObject({ zodToJsonConfig })
    app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'framelab',
          version,
          description:
            'Shows what a running frame server does, and turns its optimisations on and off while traffic flows.',
          contact: { name: 'framelab' },
          license: { name: 'MIT', identifier: 'MIT' }
        },
        servers: [{ url: '/', description: 'the server that this document comes from' }],
        tags,
        components: { securitySchemes }
      },
      transform: input => withAccess(transform(input), input.route),
      transformObject: input => tidyDocument(transformObject(input) as Partial<OpenAPIV3_1.Document>)
    })
    app.register(swaggerUi, {
      routePrefix: '/documentation',
      // Without this the page has the document checked by a server on the internet.
      uiConfig: { validatorUrl: null },
      theme: { title: 'framelab API' },
      staticCSP: contentSecurityPolicy
    })
    done()
  },
  { name: 'openapi', fastify: '5.x' }
)

const tags = [
  { name: 'Server', description: 'The server as a whole.' },
  { name: 'Connections', description: 'The open connections to the frame port.' },
  { name: 'Optimizations', description: 'The switches.' },
  { name: 'Profiles', description: 'Where time and memory go, and what a change did to that.' },
  { name: 'Experiments', description: 'What is better here, on this traffic, and by how much.' },
  { name: 'Load', description: 'Runs of load on this server, from a process of its own.' },
  { name: 'Workers', description: 'The processes that serve frames.' },
  { name: 'Probes', description: 'For orchestrators and Prometheus.' }
]

const contentSecurityPolicy = {
  'default-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  // Swagger UI sets styles from its scripts.
  'style-src': ["'self'", "'unsafe-inline'"],
  'object-src': ["'none'"],
  'base-uri': ["'self'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"]
}

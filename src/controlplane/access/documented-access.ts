import { type Access, requiredAccess } from './required-access.ts'

export const securitySchemes = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description:
      'A token with the scope that the operation names as `x-scope`: read, operate or profile. A server on loopback may do without.'
  }
} as const

interface Transformed {
  readonly schema: object
  readonly url: string
}

/** Says in the document which scope an operation takes. What everybody may use is never answered with 401. */
export function withAccess<T extends Transformed>(transformed: T, route: Parameters<typeof requiredAccess>[0]): T {
  const access = requiredAccess(route)
  const { response, ...schema } = transformed.schema as { response?: Record<string, unknown> }
  if (access === 'public') delete response?.[401]
  return { ...transformed, schema: { ...schema, ...documented(access), ...(response && { response }) } }
}

/** OpenAPI 3.1 would have the scope in the list as well, but many tools know lists for OAuth only. */
function documented(access: Access): object {
  return access === 'public' ? { security: [] } : { security: [{ token: [] }], 'x-scope': access }
}

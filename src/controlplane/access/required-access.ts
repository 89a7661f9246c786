import type { Scope } from '../../contract/access.ts'

/** Who may use a route: everybody, or whoever has a token with this scope. */
export type Access = 'public' | Scope

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Where it is not what the rules say. */
    access?: Access
  }
}

interface Route {
  readonly method: string | readonly string[]
  readonly url?: string | undefined
  readonly config?: { readonly access?: Access | undefined } | undefined
  readonly schema?: { readonly tags?: readonly string[] | undefined } | undefined
}

const DOCUMENTATION = '/documentation'
const PPROF = '/debug/pprof/'

/**
 * By rule, so that a new route is closed unless it says otherwise: profiles have a scope of their own, looking needs `read`,
 * anything else `operate`. The documentation says nothing of this server that its source does not.
 */
export function requiredAccess({ method, url = '', config, schema }: Route): Access {
  if (config?.access !== undefined) return config.access
  if (url === DOCUMENTATION || url.startsWith(`${DOCUMENTATION}/`)) return 'public'
  if (schema?.tags?.includes('Profiles') || isPprof(url)) return 'profile'
  return [method].flat().every(one => one === 'GET' || one === 'HEAD') ? 'read' : 'operate'
}

export function isPprof(url: string): boolean {
  return url.startsWith(PPROF)
}

import type { LoadDefinition } from '../loadgen/load-definition.ts'

/** Where a server's own load is driven to: itself. */
export type LoadTarget = Pick<LoadDefinition, 'host' | 'port' | 'dialect' | 'tls'>

import { interpolated, yamlOf } from './documents.ts'

export interface Service {
  readonly image: string
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly group_add?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly test?: readonly string[] }
  readonly stop_grace_period?: string
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}

export const composeFile = 'docker/compose.yaml'
export const { services, volumes } = yamlOf<Compose>(composeFile)

/** What a service is started with where nothing is set. */
export const commandOf = (service: string): string[] => (services[service]?.command ?? []).map(interpolated)

/** The same with these flags in place of its own of that name, or added. */
export function commandWith(service: string, flags: Readonly<Record<string, string>>): string[] {
  const own = commandOf(service).filter(word => !((/^--([^=]+)/.exec(word)?.[1] ?? '') in flags))
  return [...own, ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)]
}

/** Seconds from SIGTERM to SIGKILL. */
export const graceOf = (service: string): number => Number.parseInt(services[service]?.stop_grace_period ?? '10', 10)

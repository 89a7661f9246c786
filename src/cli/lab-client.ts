import type { PresetName } from '../contract/optimizations.ts'
import type { ServerReport } from '../contract/server-report.ts'

/** A running framelab, steered as anybody steers it: by REST. */
export class LabClient {
  readonly #url: string

  constructor(url: string) {
    this.#url = `${url}/api/v1`
  }

  server(): Promise<ServerReport> {
    return this.#call('GET', '/server') as Promise<ServerReport>
  }

  async usePreset(preset: PresetName): Promise<void> {
    await this.#call('PATCH', '/optimizations', { preset })
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(this.#url + path, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    })
    const answer = (await response.json()) as { detail?: string }
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${answer.detail ?? ''}`)
    return answer
  }
}

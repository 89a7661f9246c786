import assert from 'node:assert/strict'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../../integration/support/eventually.ts'
import type { Program } from '../../integration/support/processes.ts'
import { filesIn, inRoot, textOf } from './documents.ts'

export interface EvaluatedRule {
  readonly name: string
  readonly health: string
  readonly lastError?: string
}

/** The configuration that is shipped, in a folder of its own, with this target in place of the one in compose. */
export function writeConfiguration(folder: string, target: string, credentialsFile?: string): void {
  for (const file of filesIn('docker/prometheus/rules')) {
    cpSync(inRoot(file), join(folder, 'rules', file.split('/').pop() ?? ''))
  }
  const shipped = textOf('docker/prometheus/prometheus.yaml')
  const ours = shipped.replace('framelab:8889', target)
  assert.notEqual(ours, shipped)
  const asked = credentialsFile === undefined ? ours : ours.replace('/run/framelab/read-token', credentialsFile)
  writeFileSync(join(folder, 'prometheus.yaml'), asked)
}

/** A running Prometheus, asked as Grafana asks it. */
export class PrometheusProcess {
  readonly #url: string

  private constructor(port: number) {
    this.#url = `http://127.0.0.1:${port}`
  }

  static async ready(program: Program, port: number): Promise<PrometheusProcess> {
    const prometheus = new PrometheusProcess(port)
    await eventually('a Prometheus that is ready', async () => {
      if (!program.running) throw new Error(`Prometheus has ended: ${program.stderr}`)
      const response = await fetch(`${prometheus.#url}/-/ready`).catch(() => null)
      return response?.ok
    })
    return prometheus
  }

  async targetUp(job: string): Promise<void> {
    await eventually(`a scrape of ${job}`, async () => {
      const { activeTargets } = await this.#ask<{ activeTargets: { labels: { job: string }; health: string }[] }>(
        'targets'
      )
      return activeTargets.some(({ labels, health }) => labels.job === job && health === 'up')
    })
  }

  /** What leads from the values of a metric to their causes: the labels of its exemplars. */
  async exemplars(metric: string): Promise<Readonly<Record<string, string>>[]> {
    const found = await this.#ask<{ exemplars: { labels: Record<string, string> }[] }[]>('query_exemplars', metric)
    return found.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels))
  }

  /** The series of an instant query that have a number now. What does not parse fails the test. */
  async query(expression: string): Promise<unknown[]> {
    const { result } = await this.#ask<{ result: { value: [number, string] }[] }>('query', expression)
    return result.filter(({ value }) => value[1] !== 'NaN')
  }

  async rules(): Promise<EvaluatedRule[]> {
    const { groups } = await this.#ask<{ groups: { rules: EvaluatedRule[] }[] }>('rules')
    return groups.flatMap(group => group.rules)
  }

  async #ask<Data>(what: string, expression?: string): Promise<Data> {
    const body = expression === undefined ? undefined : new URLSearchParams({ query: expression })
    const response = await fetch(`${this.#url}/api/v1/${what}`, body === undefined ? {} : { method: 'POST', body })
    const { data, error } = (await response.json()) as { data: Data; error?: string }
    assert.ok(response.ok, `${what} ${expression}: ${error}`)
    return data
  }
}

import { join } from 'node:path'
import { z } from 'zod'
import type { ExperimentBlock, ExperimentReport, ExperimentSummary } from '../../contract/experiment.ts'
import { isExperimentBlocks, isExperimentSummary } from '../../controlplane/schemas/experiments.ts'
import { FileStore } from '../file-store.ts'
import type { RecordOwner } from './record-owner.ts'

const LIMITS = { maxEntries: 100, maxBytes: 64 * 1024 * 1024 }

/** An experiment as it is kept. */
export interface ExperimentRecord {
  readonly id: string
  readonly summary: ExperimentSummary
  /** Who does it; null when it has ended. */
  readonly owner: RecordOwner | null
}

const record = z.object({
  id: z.string(),
  summary: z.custom<ExperimentSummary>(isExperimentSummary),
  owner: z.object({ pid: z.int(), started: z.string().nullable() }).nullable()
})

/** Experiments in the data folder: the oldest go when there are too many, or they take too much. */
export class ExperimentStore {
  readonly #store: FileStore<ExperimentRecord>

  constructor(dataDir: string) {
    this.#store = new FileStore(
      join(dataDir, 'experiments'),
      LIMITS,
      (json): json is ExperimentRecord => record.safeParse(json).success
    )
  }

  newId(): string {
    return this.#store.newId()
  }

  /** Newest first. */
  list(): Promise<ExperimentRecord[]> {
    return this.#store.list()
  }

  async find(id: string): Promise<ExperimentReport | null> {
    const found = await this.#store.find(id)
    if (found === null) return null
    const blocks = await this.#store.content(id).catch(() => [])
    return { ...found.summary, blocks: isExperimentBlocks(blocks) ? blocks : [] }
  }

  /** Resolves once it will survive a crash. */
  save({ blocks, ...summary }: ExperimentReport, owner: ExperimentRecord['owner']): Promise<void> {
    return this.#store.save({ id: summary.id, summary, owner }, blocks satisfies readonly ExperimentBlock[])
  }

  remove(id: string): Promise<boolean> {
    return this.#store.remove(id)
  }
}

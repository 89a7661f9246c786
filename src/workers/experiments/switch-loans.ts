import { join } from 'node:path'
import { z } from 'zod'
import type { Actor } from '../../contract/audit.ts'
import { UnavailableError } from '../../controlplane/lab.ts'
import { FileStore } from '../file-store.ts'
import type { HeldCause, SwitchControl, SwitchHold } from '../switch-control.ts'
import type { SwitchLayers } from '../switch-layers.ts'
import { isAlive, type RecordOwner, thisProcess } from './record-owner.ts'
import { type SwitchesBefore, switchesBefore } from './switches-before.ts'

/** Switches that somebody may change for a while, and that come back however that ends. */
export interface SwitchLoan extends SwitchHold {
  /**
   * Resolves once what is in force survives a crash, so that another process could put it back: only then may it be changed.
   * Rejects with UnavailableError.
   */
  readonly written: Promise<void>
  /** Aborted, with an Error that says why, when the server has taken them back. */
  readonly recalled: AbortSignal
}

/** What another process of this server had lent when it ended. */
export interface LeftLoan {
  /** Words such as `experiment 0mx0nb2vw292de7ad`. */
  readonly borrower: string
  readonly cause: HeldCause
  readonly before: SwitchesBefore
}

interface LoanRecord extends LeftLoan {
  readonly id: string
  readonly owner: RecordOwner
}

const switches = z.record(z.string(), z.boolean())
const record = z.object({
  id: z.string(),
  borrower: z.string(),
  cause: z.enum(['experiment', 'explore']),
  owner: z.object({ pid: z.int(), started: z.string().nullable() }),
  before: z.object({
    base: z.record(z.string(), switches),
    layers: z.array(
      z.object({
        id: z.string(),
        switches,
        workers: z.array(z.int()),
        by: z.string(),
        reason: z.string().nullable(),
        at: z.iso.datetime(),
        expiresAt: z.iso.datetime()
      })
    )
  })
})

/** One at a time; more are left of processes that were killed. */
const LIMITS = { maxEntries: 20, maxBytes: 4 * 1024 * 1024 }

/** Lends the switches of a server, to one borrower at a time. */
export class SwitchLoans {
  readonly #control: SwitchControl
  readonly #layers: SwitchLayers
  readonly #store: FileStore<LoanRecord>
  #recall: (why: string) => Promise<void> = async () => {}

  constructor(control: SwitchControl, layers: SwitchLayers, dataDir: string) {
    this.#control = control
    this.#layers = layers
    const isRecord = (json: unknown): json is LoanRecord => record.safeParse(json).success
    this.#store = new FileStore(join(dataDir, 'switches-before'), LIMITS, isRecord)
  }

  /** Throws SwitchesHeldError. `actor.by` is the borrower. */
  lend(actor: Actor, cause: HeldCause): SwitchLoan {
    const before = switchesBefore(this.#layers)
    const hold = this.#control.hold(actor, cause)
    const id = this.#store.newId()
    const recall = new AbortController()
    const written = this.#store
      .save({ id, borrower: actor.by, cause, owner: thisProcess(), before }, null)
      .catch((error: Error) => {
        const why = `what is in force cannot be written down, so that a crash could not be undone (${error.message})`
        throw new UnavailableError(`${why}; --data-dir must name a folder that can be written`)
      })
    // Whoever borrows hears of it when asking.
    written.catch(() => {})
    const end = async (reason: string | null): Promise<void> => {
      await hold.end(reason)
      // What cannot be removed is put back once more by the next start, at worst.
      await this.#store.remove(id).catch(() => {})
    }
    this.#recall = async why => {
      recall.abort(new UnavailableError(why))
      await end(why)
    }
    return { use: hold.use, end, written, recalled: recall.signal }
  }

  /** Takes them back from whoever has them. Resolves once what was in force before is so again. */
  recall(why: string): Promise<void> {
    return this.#recall(why)
  }

  /**
   * The newest of what processes that are no more had lent; null when there is nothing. It stays written down until it is
   * forgotten: this process may not live to serve either.
   */
  async left(): Promise<LeftLoan | null> {
    return (await this.#left())[0] ?? null
  }

  /** What was left is in force again. Rejects with StoreFolderError; then the next start puts it back once more. */
  async forgetLeft(): Promise<void> {
    for (const { id } of await this.#left()) await this.#store.remove(id)
  }

  async #left(): Promise<LoanRecord[]> {
    return (await this.#store.list()).filter(({ owner }) => !isAlive(owner))
  }
}

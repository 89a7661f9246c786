import type { Actor, AuditCause } from '../contract/audit.ts'
import type { Switches } from '../contract/optimizations.ts'
import type { OptimizationChange, OptimizationsReport } from '../contract/server-report.ts'
import { StaleRevisionError, SwitchesHeldError, TooManyLayersError, UnknownWorkerError } from '../controlplane/lab.ts'
import type { LayerStep, SwitchLayers } from './switch-layers.ts'

const MOST_LAYERS = 100
/** Beyond it Node fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Switches for some workers, as long as they are held. */
export interface HeldSwitches {
  readonly switches: Switches
  readonly workers: readonly number[]
}

/** What switches are held for. */
export type HeldCause = Extract<AuditCause, 'experiment' | 'explore'>

/** Switches that are one user's for a while: nobody else changes any. */
export interface SwitchHold {
  /**
   * Puts these into force over all there is, instead of those held before. Without a renewal they end by themselves after
   * `ttlSeconds`. Resolves once they are in force.
   */
  use(held: readonly HeldSwitches[], ttlSeconds: number): Promise<void>
  /** Gives back what is under them, at once; resolves once that is in force. Who ends it again changes nothing. */
  end(reason: string | null): Promise<void>
}

export interface SwitchControlOptions {
  readonly layers: SwitchLayers
  /** A clock that never jumps, in milliseconds. */
  readonly clockMs: () => number
  readonly now: () => Date
  /** Puts into force what the layers say on these workers; resolves once it is. */
  readonly apply: (workers: readonly number[]) => Promise<void>
  readonly onStep: (step: LayerStep, cause: AuditCause, actor: Actor) => void
}

/** Changes switches: checks what is asked, keeps the time of layers, and says what was done. */
export class SwitchControl {
  readonly #options: SwitchControlOptions
  /** Whose switches they are, in words, while somebody holds them. */
  #holder: string | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(options: SwitchControlOptions) {
    this.#options = options
  }

  report(): OptimizationsReport {
    return this.#options.layers.report()
  }

  /** Resolves once it is in force. Changes nothing when it throws. */
  async change({ switches, workers, ttlSeconds, actor, revisions }: OptimizationChange): Promise<OptimizationsReport> {
    const { layers, clockMs, now } = this.#options
    this.#refuseWhileHeld()
    this.#check(revisions)
    const ids = this.#known(workers)
    if (ttlSeconds === null) {
      await this.#take(layers.changeBase(ids, switches), 'patch', actor)
      return this.report()
    }
    if (layers.layers.length >= MOST_LAYERS) throw new TooManyLayersError(MOST_LAYERS)
    const at = now()
    const expiresAt = new Date(at.getTime() + ttlSeconds * 1000).toISOString()
    const layer = { switches, workers: ids, ...actor, at: at.toISOString(), expiresAt }
    await this.#take(layers.add(layer, clockMs() + ttlSeconds * 1000), 'patch', actor)
    return this.report()
  }

  /** Null when there is no such layer. Resolves once what was under it is in force. */
  async endLayer(
    id: string,
    actor: Actor,
    revisions: OptimizationChange['revisions']
  ): Promise<OptimizationsReport | null> {
    this.#refuseWhileHeld()
    this.#check(revisions)
    const step = this.#options.layers.remove(id)
    if (step === null) return null
    await this.#take(step, 'delete', actor)
    return this.report()
  }

  /** For `actor.by`, in words such as "experiment x". Throws SwitchesHeldError when somebody else holds them. */
  hold(actor: Actor, cause: HeldCause): SwitchHold {
    this.#refuseWhileHeld()
    this.#holder = actor.by
    let held: readonly string[] = []
    let isOver = false
    return {
      use: async (next, ttlSeconds) => {
        if (isOver) return
        const added = next.map(({ switches, workers }) => this.#addHeld(switches, workers, ttlSeconds, actor))
        // Those before lie under them: taking them out changes nothing that is in force where they are.
        const removed = this.#removeAll(held)
        held = added.flatMap(({ layer }) => (layer === null ? [] : [layer.id]))
        this.#setTimer()
        for (const step of [...added, ...removed]) this.#tellHeld(step, cause, actor)
        await this.#options.apply([...new Set([...added, ...removed].flatMap(({ workers }) => workers))])
      },
      end: async reason => {
        if (isOver) return
        isOver = true
        this.#holder = null
        const removed = this.#removeAll(held)
        this.#setTimer()
        for (const step of removed) this.#tellHeld(step, `un${cause}`, { ...actor, reason })
        await this.#options.apply([...new Set(removed.flatMap(({ workers }) => workers))])
      }
    }
  }

  /** No layer ends from now on. */
  stop(): void {
    clearTimeout(this.#timer)
  }

  #refuseWhileHeld(): void {
    if (this.#holder !== null) throw new SwitchesHeldError(this.#holder)
  }

  #addHeld(switches: Switches, workers: readonly number[], ttlSeconds: number, actor: Actor): LayerStep {
    const { layers, clockMs, now } = this.#options
    const at = now()
    const expiresAt = new Date(at.getTime() + ttlSeconds * 1000).toISOString()
    return layers.add({ switches, workers, ...actor, at: at.toISOString(), expiresAt }, clockMs() + ttlSeconds * 1000)
  }

  #removeAll(ids: readonly string[]): LayerStep[] {
    return ids.flatMap(id => this.#options.layers.remove(id) ?? [])
  }

  #tellHeld(step: LayerStep, cause: AuditCause, actor: Actor): void {
    if (step.changes.length > 0) this.#options.onStep(step, cause, actor)
  }

  #check(revisions: OptimizationChange['revisions']): void {
    const { revision } = this.#options.layers
    if (revisions !== null && !revisions.includes(revision)) throw new StaleRevisionError(revision)
  }

  #known(workers: readonly number[] | null): readonly number[] {
    const known = this.#options.layers.workers
    const index = workers?.findIndex(worker => !known.includes(worker)) ?? -1
    if (workers !== null && index >= 0) throw new UnknownWorkerError(workers[index] as number, index, known)
    return workers === null ? known : [...new Set(workers)]
  }

  async #take(step: LayerStep, cause: AuditCause, actor: Actor): Promise<void> {
    this.#setTimer()
    this.#options.onStep(step, cause, actor)
    await this.#options.apply(step.workers)
  }

  #setTimer(): void {
    clearTimeout(this.#timer)
    const { nextEndMs } = this.#options.layers
    if (nextEndMs === null) return
    // A timer may fire a little early: then it is set again.
    const leftMs = nextEndMs - this.#options.clockMs()
    this.#timer = setTimeout(() => this.endDue(), Math.min(LONGEST_TIMER_MS, Math.max(0, leftMs))).unref()
  }

  /** Ends every layer whose time has come, each as a change of its own. */
  endDue(): void {
    const { layers, clockMs } = this.#options
    for (let step = layers.endNextDue(clockMs()); step !== null; step = layers.endNextDue(clockMs())) {
      const reason = `layer ${step.layer?.id} of ${step.layer?.by} has ended`
      void this.#take(step, 'ttl', { by: 'framelab', reason })
    }
    this.#setTimer()
  }
}

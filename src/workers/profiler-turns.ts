import type { ProfileKind } from '../contract/profile.ts'
import { ProfilingBusyError } from '../controlplane/profiles.ts'

/** Whoever has profilers run on some workers. */
export interface ProfilerTurn {
  readonly kind: ProfileKind
  /**
   * Nothing else may run beside it: its figures are about the work alone. Without, there may be one of each kind, as
   * scrapers ask for both at the same time and without end.
   */
  readonly isAlone: boolean
  /** For whoever is refused because of it. */
  readonly name: string
}

/** Who profiles which worker. V8 has one profiler of each kind. */
export class ProfilerTurns {
  readonly #turns = new Map<number, Set<ProfilerTurn>>()

  /** Returns what ends it. Throws ProfilingBusyError and takes none of the workers. */
  take(workers: readonly number[], turn: ProfilerTurn): () => void {
    for (const worker of workers) {
      for (const other of this.#turns.get(worker) ?? []) {
        if (turn.isAlone || other.isAlone || other.kind === turn.kind) throw new ProfilingBusyError(worker, other.name)
      }
    }
    for (const worker of workers) this.#turns.set(worker, new Set(this.#turns.get(worker)).add(turn))
    return () => {
      for (const worker of workers) this.#turns.get(worker)?.delete(turn)
    }
  }
}

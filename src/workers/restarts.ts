import { RestartRefusedError } from '../controlplane/lab.ts'
import type { Supervisor } from './supervisor.ts'
import type { WorkerSlot } from './worker-slot.ts'

/** Replaces processes of workers on request: one at a time for each worker, and all of them one after another. */
export class Restarts {
  readonly #supervisor: Supervisor
  #rolling = false

  constructor(supervisor: Supervisor) {
    this.#supervisor = supervisor
  }

  /** Throws RestartRefusedError. */
  restartOne(slot: WorkerSlot): void {
    this.#check([slot])
    void this.#supervisor.restart(slot)
  }

  /** Throws RestartRefusedError. */
  restartAll(): void {
    this.#check(this.#supervisor.slots)
    this.#rolling = true
    void this.#roll().finally(() => {
      this.#rolling = false
    })
  }

  #check(slots: readonly WorkerSlot[]): void {
    if (this.#rolling) throw new RestartRefusedError('all workers are being restarted, one after another')
    const busy = slots.find(slot => !slot.restartable)
    if (this.#supervisor.state !== 'running') throw new RestartRefusedError(`the server is ${this.#supervisor.state}`)
    if (busy !== undefined) throw new RestartRefusedError(`worker ${busy.id} is ${busy.state}`)
  }

  /** A worker that has died meanwhile has a new process anyway. */
  async #roll(): Promise<void> {
    for (const slot of this.#supervisor.slots) {
      if (this.#supervisor.state === 'running' && slot.restartable) await this.#supervisor.restart(slot)
    }
  }
}

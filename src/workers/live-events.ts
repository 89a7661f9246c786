import type { AuditEntry } from '../contract/audit.ts'
import type { SnapshotEvent, StartEvent } from '../contract/events.ts'
import type { ProfileReport } from '../contract/profile.ts'
import { EventHub } from '../controlplane/events/event-hub.ts'
import type { Supervisor } from './supervisor.ts'
import type { ProcessEnd, WorkerSlot } from './worker-slot.ts'

const SNAPSHOT_PERIOD_MS = 1000

/**
 * Tells what happens to a server. Snapshots are taken whether anybody listens or not, as somebody may ask later what came
 * before; they are made of what the workers have reported anyway, and ask nothing of them.
 */
export class LiveEvents {
  readonly hub: EventHub
  readonly #supervisor: Supervisor
  #timer: NodeJS.Timeout | undefined

  constructor(supervisor: Supervisor, startedAt: Date) {
    this.#supervisor = supervisor
    this.hub = new EventHub(startedAt.getTime().toString(36))
    supervisor.observer = {
      onState: slot => this.#tellWorker(slot, null),
      onExit: (slot, { pid, how, what }) => this.#tellWorker(slot, { pid, how, what })
    }
  }

  begin(start: StartEvent, snapshot: () => SnapshotEvent): void {
    this.hub.publish('start', start)
    const publish = (): void => this.hub.publish('snapshot', snapshot())
    publish()
    this.#timer = setInterval(publish, SNAPSHOT_PERIOD_MS).unref()
  }

  tellChange(entry: AuditEntry): void {
    const { switches } = this.#supervisor
    const inForce = Object.fromEntries(switches.workers.map(worker => [`${worker}`, switches.of(worker)]))
    this.hub.publish('change', { entry, inForce })
  }

  tellDrain(entry: AuditEntry): void {
    this.hub.publish('drain', entry)
  }

  tellProfile(report: ProfileReport): void {
    this.hub.publish('profile', report)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #tellWorker(slot: WorkerSlot, ended: Pick<ProcessEnd, 'pid' | 'how' | 'what'> | null): void {
    const { id: worker, state, pid, restarts, crashes } = slot
    this.hub.publish('worker', { worker, state, pid, restarts, crashes, ended })
  }
}

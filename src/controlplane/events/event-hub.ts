import type { EventData, EventType } from '../../contract/events.ts'

/** Ten minutes at one a second: what a dashboard shows. */
export const SNAPSHOTS_KEPT = 600
const OTHERS_KEPT = 1000

/** One event, written down once for all who read it. */
export interface StoredEvent {
  readonly sequence: number
  readonly type: EventType
  /** As it goes over the wire. */
  readonly text: string
}

/** Whoever is told of events as they happen. */
export interface Listener {
  offer(event: StoredEvent): void
}

export interface Replay {
  readonly events: readonly StoredEvent[]
  /** How many came after the last one known and are kept no longer. */
  readonly skipped: number
}

/** Tells everyone who listens what happens, and remembers the last of it for those who come late. */
export class EventHub {
  readonly #run: string
  readonly #listeners = new Set<Listener>()
  #start: StoredEvent | null = null
  readonly #snapshots: StoredEvent[] = []
  readonly #others: StoredEvent[] = []
  #last = 0

  /** `run` is in every id, so that the ids of another run of the server are known as such. It has no '-'. */
  constructor(run: string) {
    this.#run = run
  }

  get listeners(): number {
    return this.#listeners.size
  }

  publish<Type extends EventType>(type: Type, data: EventData[Type]): void {
    const sequence = ++this.#last
    const text = `id: ${this.#run}-${sequence}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`
    const event = { sequence, type, text }
    if (type === 'start') this.#start = event
    else if (type === 'snapshot') keep(this.#snapshots, event, SNAPSHOTS_KEPT)
    else keep(this.#others, event, OTHERS_KEPT)
    for (const listener of this.#listeners) listener.offer(event)
  }

  /** Returns what ends it. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * What a reader missed: everything kept after the event with this id, or, for one who knows none of this run, the last
   * `snapshots` and what happened since the first of them. `start` is always the first.
   */
  replay(lastEventId: string | null, snapshots: number): Replay {
    const known = this.#sequenceOf(lastEventId)
    const kept = [...this.#snapshots, ...this.#others]
    const recent = snapshots === 0 ? [] : this.#snapshots.slice(-snapshots)
    const after = known ?? (recent[0]?.sequence ?? this.#last + 1) - 1
    const events = kept.filter(({ sequence }) => sequence > after).sort((a, b) => a.sequence - b.sequence)
    const startCounts = this.#start !== null && this.#start.sequence > after ? 1 : 0
    const skipped = known === null ? 0 : this.#last - known - events.length - startCounts
    return { events: this.#start === null ? events : [this.#start, ...events], skipped }
  }

  /** Null for what is no id of this run. */
  #sequenceOf(id: string | null): number | null {
    const [run, text = ''] = (id ?? '').split('-', 2)
    if (run !== this.#run || !/^\d{1,15}$/.test(text)) return null
    const sequence = Number(text)
    return sequence <= this.#last ? sequence : null
  }
}

/** Adds one; beyond so many the oldest goes. */
function keep(events: StoredEvent[], event: StoredEvent, most: number): void {
  events.push(event)
  if (events.length > most) events.shift()
}

import type { Listener, Replay, StoredEvent } from './event-hub.ts'

/** Events other than snapshots that wait for a reader who is slow. */
const MOST_WAITING = 200

/** Where a reader's events go. */
export interface Sink {
  /** False when it has enough until it drains. */
  write(text: string): boolean
  end(): void
}

/**
 * One reader of events, who may be slow. While his sink has enough, only the latest snapshot waits for him, and the last of
 * the other events; once it drains he is told how many he did not get, and goes on from there.
 */
export class EventReader implements Listener {
  readonly #sink: Sink
  #full = false
  #waiting: StoredEvent[] = []
  #skipped = 0

  constructor(sink: Sink) {
    this.#sink = sink
  }

  /** History goes out as one piece, however long: it is bounded where it is kept. */
  begin({ events, skipped }: Replay): void {
    this.#skipped = skipped
    this.#write(this.#takeSkipped() + events.map(({ text }) => text).join(''))
  }

  offer(event: StoredEvent): void {
    if (this.#full) this.#wait(event)
    else this.#write(event.text)
  }

  /** The sink takes more again. */
  drained(): void {
    this.#full = false
    const text = this.#takeSkipped() + this.#waiting.map(event => event.text).join('')
    this.#waiting = []
    this.#write(text)
  }

  /** No event will follow. */
  end(): void {
    this.#sink.end()
  }

  #wait(event: StoredEvent): void {
    const outdated =
      event.type === 'snapshot'
        ? this.#waiting.findIndex(({ type }) => type === 'snapshot')
        : this.#waiting.length >= MOST_WAITING
          ? this.#waiting.findIndex(({ type }) => type !== 'snapshot')
          : -1
    if (outdated >= 0) {
      this.#waiting.splice(outdated, 1)
      this.#skipped++
    }
    this.#waiting.push(event)
  }

  /** Without an id: a reader who comes back is to say which event he knows. */
  #takeSkipped(): string {
    const count = this.#skipped
    this.#skipped = 0
    return count === 0 ? '' : `event: skipped\ndata: {"count":${count}}\n\n`
  }

  #write(text: string): void {
    if (text !== '') this.#full = !this.#sink.write(text)
  }
}

import { createParser } from 'eventsource-parser'
import { ApiError, fetchFrom, refusalOf } from './api.ts'

export interface StreamHandlers {
  onOpen(): void
  /** Events as they come; many at once after a pause. */
  onEvents(events: readonly { readonly type: string; readonly data: unknown }[]): void
  /** It was lost, and is tried again after a while. Why is what the server has said; null when nothing answers. */
  onLost(why: string | null): void
}

const SHORTEST_WAIT_MS = 500
const LONGEST_WAIT_MS = 8_000
const HISTORY_SNAPSHOTS = 600

/**
 * Follows the server's events for good, by fetch rather than EventSource, which could not send a token. After a pause or a
 * loss it goes on behind the last event it knows, so that nothing is missing that the server still has.
 */
export class EventStream {
  readonly #handlers: StreamHandlers
  #lastEventId: string | null = null
  #abort: AbortController | null = null
  #retry: ReturnType<typeof setTimeout> | undefined
  #waitMs = SHORTEST_WAIT_MS

  constructor(handlers: StreamHandlers) {
    this.#handlers = handlers
  }

  start(): void {
    if (this.#abort !== null) return
    clearTimeout(this.#retry)
    const abort = new AbortController()
    this.#abort = abort
    void this.#follow(abort.signal).catch((error: unknown) => {
      if (abort.signal.aborted) return
      this.#abort = null
      this.#handlers.onLost(error instanceof ApiError && error.status !== null ? error.message : null)
      this.#retry = setTimeout(() => this.start(), this.#waitMs)
      this.#waitMs = Math.min(LONGEST_WAIT_MS, this.#waitMs * 2)
    })
  }

  stop(): void {
    clearTimeout(this.#retry)
    this.#abort?.abort()
    this.#abort = null
  }

  restart(): void {
    this.stop()
    this.#waitMs = SHORTEST_WAIT_MS
    this.start()
  }

  /** Never resolves: an end is a loss. */
  async #follow(signal: AbortSignal): Promise<never> {
    const response = await fetchFrom(`/api/v1/events?history=${HISTORY_SNAPSHOTS}`, {
      signal,
      headers: {
        accept: 'text/event-stream',
        ...(this.#lastEventId === null ? {} : { 'last-event-id': this.#lastEventId })
      }
    })
    if (!response.ok || response.body === null) throw await refusalOf(response)
    this.#waitMs = SHORTEST_WAIT_MS
    this.#handlers.onOpen()
    let events: { type: string; data: unknown }[] = []
    const parser = createParser({
      onEvent: ({ id, event = 'message', data }) => {
        if (id !== undefined) this.#lastEventId = id
        events.push({ type: event, data: JSON.parse(data) })
      }
    })
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) throw new Error('the server has ended the stream')
      parser.feed(value)
      if (events.length === 0) continue
      this.#handlers.onEvents(events)
      events = []
    }
  }
}

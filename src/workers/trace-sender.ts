import type { TraceBatch, TraceLine } from '../contract/trace.ts'

/** A little is gathered before it is sent; but nobody who watches should notice. */
const GATHER_MS = 50
const LONGEST_BATCH = 500
/** Lines that the channel to the primary has not taken; more are left out. */
const MOST_WAITING = 8192

/** Sends the lines of one trace in batches, one batch at a time, and holds no more than a bounded number back. */
export class TraceSender {
  readonly #trace: number
  readonly #send: (batch: TraceBatch, taken: () => void) => void
  readonly #lines: TraceLine[] = []
  #dropped = 0
  #isSending = false
  #timer: NodeJS.Timeout | undefined

  /** `send` calls back once the channel has taken the batch. */
  constructor(trace: number, send: (batch: TraceBatch, taken: () => void) => void) {
    this.#trace = trace
    this.#send = send
  }

  add(line: TraceLine): void {
    if (this.#lines.length >= MOST_WAITING && line.type !== 'end') {
      this.#dropped++
      return
    }
    if (this.#dropped > 0) this.#lines.push({ type: 'dropped', lines: this.#dropped })
    this.#dropped = 0
    this.#lines.push(line)
    if (this.#isSending) return
    if (line.type === 'end') this.#sendSome()
    else this.#timer ??= setTimeout(() => this.#sendSome(), GATHER_MS).unref()
  }

  #sendSome(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const lines = this.#lines.splice(0, LONGEST_BATCH)
    this.#isSending = true
    this.#send({ trace: this.#trace, lines, ended: lines.at(-1)?.type === 'end' }, () => {
      this.#isSending = false
      if (this.#lines.length > 0) this.#sendSome()
    })
  }
}

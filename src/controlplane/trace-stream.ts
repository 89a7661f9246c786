import { Readable } from 'node:stream'
import type { TraceLine } from '../contract/trace.ts'

/** Text that a slow client has not taken; more is left out, and its lines are counted. */
const MOST_WAITING_BYTES = 1024 * 1024

/** The lines of a trace as newline-delimited JSON. */
export class TraceStream extends Readable {
  #dropped = 0

  override _read(): void {
    // What comes is pushed when it comes.
  }

  tell(lines: readonly TraceLine[], ended: boolean): void {
    if (this.destroyed) return
    const last = ended ? lines.at(-1) : undefined
    const others = last === undefined ? lines : lines.slice(0, -1)
    if (this.readableLength > MOST_WAITING_BYTES) this.#dropped += others.length
    else this.#push(others)
    if (last === undefined) return
    this.#push([last])
    this.push(null)
  }

  #push(lines: readonly TraceLine[]): void {
    if (lines.length === 0) return
    const dropped: TraceLine[] = this.#dropped > 0 ? [{ type: 'dropped', lines: this.#dropped }] : []
    this.#dropped = 0
    this.push([...dropped, ...lines].map(line => `${JSON.stringify(line)}\n`).join(''))
  }
}

/** How often and for how long reading stood still because a peer left its acks unread. */
export class StallClock {
  count = 0
  #totalMs = 0
  #longestMs = 0
  /** 0 while there is none. */
  #beganMs = 0

  begin(nowMs: number): void {
    if (this.#beganMs > 0) return
    this.#beganMs = nowMs
    this.count++
  }

  end(nowMs: number): void {
    if (this.#beganMs === 0) return
    this.#totalMs = this.totalMs(nowMs)
    this.#longestMs = this.longestMs(nowMs)
    this.#beganMs = 0
  }

  /** With the one under way. */
  totalMs(nowMs: number): number {
    return this.#totalMs + this.presentMs(nowMs)
  }

  longestMs(nowMs: number): number {
    return Math.max(this.#longestMs, this.presentMs(nowMs))
  }

  /** Of the one under way; 0 when there is none. */
  presentMs(nowMs: number): number {
    return this.#beganMs === 0 ? 0 : nowMs - this.#beganMs
  }
}

import { performance } from 'node:perf_hooks'
import type { Steps } from '../dataplane/steps.ts'

/** How long steps are taken before the connections get their turn. */
const SLICE_MS = 0.4
/** Of this process's time, in the long run. */
const SHARE = 0.1
/** What may be taken at once, after a while in which nothing was. */
const MOST_CREDIT_MS = 10
/** For a slice: one that took longer was interrupted by other processes, and the work is not to blame. */
const MOST_CHARGED_MS = 2

interface Job {
  /** True when there are no more. */
  step(): boolean
}

/**
 * Does work on an event loop that has better things to do: one job after the other, in slices with a turn of the loop
 * between them, and after a burst no more than a share of the time. However much is asked for, connections are served.
 */
export class PacedWork {
  readonly #jobs: Job[] = []
  #isGoing = false
  #creditMs = MOST_CREDIT_MS
  #countedMs = performance.now()

  do<Result>(steps: Steps<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#jobs.push({
        step() {
          try {
            const { done, value } = steps.next()
            if (done === true) resolve(value)
            return done === true
          } catch (error) {
            reject(error as Error)
            return true
          }
        }
      })
      if (!this.#isGoing) this.#slice()
    })
  }

  #slice(): void {
    const beganMs = performance.now()
    this.#creditMs = Math.min(MOST_CREDIT_MS, this.#creditMs + (beganMs - this.#countedMs) * SHARE)
    this.#countedMs = beganMs
    let nowMs = beganMs
    for (let job = this.#jobs[0]; job !== undefined && nowMs - beganMs < SLICE_MS; nowMs = performance.now()) {
      if (!job.step()) continue
      this.#jobs.shift()
      job = this.#jobs[0]
    }
    this.#creditMs -= Math.min(nowMs - beganMs, MOST_CHARGED_MS)
    this.#isGoing = this.#jobs.length > 0
    if (!this.#isGoing) return
    const slice = (): void => this.#slice()
    if (this.#creditMs > 0) setImmediate(slice)
    else setTimeout(slice, Math.ceil(-this.#creditMs / SHARE))
  }
}

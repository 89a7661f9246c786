import { performance } from 'node:perf_hooks'
import type { ProfileStart, ProfileStarted, ProfileStop, ProfileStopped } from '../contract/profile-messages.ts'
import type { WorkerSnapshot } from '../contract/worker-messages.ts'
import { V8Capture } from '../profiling/v8-capture.ts'
import { coreTime } from '../telemetry/core-wait.ts'

/** How often the memory behind Buffers is looked at: a look costs a system call or two. */
const LOOK_PERIOD_MS = 100

interface Capture {
  readonly v8: V8Capture
  readonly watchdog: NodeJS.Timeout
  readonly looking: NodeJS.Timeout
  readonly buffers: IncreaseSum
}

/** A worker's end of profiling: one capture of each kind at a time, told by the primary when to begin and when to end. */
export class ProfileAgent {
  readonly #captures = new Map<string, Capture>()

  start(
    { capture: id, kind, interval, longestMs, onlyLive }: ProfileStart,
    snapshot: () => WorkerSnapshot
  ): ProfileStarted<WorkerSnapshot> {
    for (const { v8 } of this.#captures.values()) {
      if (v8.kind === kind) return { started: false, reason: `a profile of kind ${kind} is being captured already` }
    }
    const beganMs = performance.now()
    let v8: V8Capture
    try {
      v8 = new V8Capture(kind, interval, onlyLive)
    } catch (error) {
      return { started: false, reason: (error as Error).message }
    }
    const buffers = new IncreaseSum()
    const look = (): void => buffers.see(process.memoryUsage().arrayBuffers)
    look()
    this.#captures.set(id, {
      v8,
      buffers,
      // Whoever asked may never come back.
      watchdog: setTimeout(() => this.#end(id)?.v8.discard(), longestMs).unref(),
      looking: setInterval(look, LOOK_PERIOD_MS).unref()
    })
    const stallSeconds = (performance.now() - beganMs) / 1000
    // The clock last, and first at the end: what it takes to look is none of the work.
    const mark = { snapshot: snapshot(), mainThread: coreTime(), clockUs: V8Capture.clockUs() }
    return { started: true, stallSeconds, mark }
  }

  stop({ capture: id, discard }: ProfileStop, snapshot: () => WorkerSnapshot): ProfileStopped<WorkerSnapshot> {
    const capture = this.#end(id)
    if (capture === null) return { stopped: false, reason: 'this capture has ended already' }
    const { v8, buffers } = capture
    if (discard) {
      v8.discard()
      return { stopped: false, reason: 'discarded' }
    }
    const mark = { clockUs: V8Capture.clockUs(), snapshot: snapshot(), mainThread: coreTime() }
    buffers.see(mark.snapshot.process.arrayBuffersBytes)
    const beganMs = performance.now()
    try {
      const profile = v8.stop()
      const stallSeconds = (performance.now() - beganMs) / 1000
      return { stopped: true, profile, stallSeconds, mark, bufferBytesAllocatedAtLeast: buffers.sum }
    } catch (error) {
      return { stopped: false, reason: (error as Error).message }
    }
  }

  #end(id: string): Capture | null {
    const capture = this.#captures.get(id)
    if (capture === undefined) return null
    this.#captures.delete(id)
    clearTimeout(capture.watchdog)
    clearInterval(capture.looking)
    return capture
  }
}

/** Adds up how much a value has risen, look by look. */
class IncreaseSum {
  sum = 0
  #last: number | null = null

  see(value: number): void {
    if (this.#last !== null) this.sum += Math.max(0, value - this.#last)
    this.#last = value
  }
}

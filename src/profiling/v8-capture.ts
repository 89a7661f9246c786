import { Session } from 'node:inspector'

/** A millisecond: fine enough for a capture of seconds, and cheap. */
export const CPU_INTERVAL_US = 1_000
/** One sample for so many bytes on average, whatever they are allocated for. */
export const ALLOCATION_INTERVAL_BYTES = 64 * 1024

export type CaptureKind = 'cpu' | 'allocation'

/** The profiler's own complaint. */
export class CaptureError extends Error {
  readonly code = 'FRAMELAB_CAPTURE'
  constructor(method: string, cause: Error) {
    super(`${method} failed: ${cause.message}`, { cause })
    this.name = 'CaptureError'
  }
}

/**
 * V8's profiler in this very process, without a debugger's port. To a session of its own thread the inspector answers
 * before `post` returns, so all of this is synchronous: the thread stands still meanwhile.
 */
export class V8Capture {
  readonly kind: CaptureKind
  readonly #session = new Session()

  /** Starts to sample. `onlyLive` leaves out what has been collected by the end. Throws CaptureError. */
  constructor(kind: CaptureKind, onlyLive = false) {
    this.kind = kind
    this.#session.connect()
    try {
      if (kind === 'cpu') {
        this.#post('Profiler.enable')
        this.#post('Profiler.setSamplingInterval', { interval: CPU_INTERVAL_US })
        this.#post('Profiler.start')
      } else {
        this.#post('HeapProfiler.startSampling', {
          samplingInterval: ALLOCATION_INTERVAL_BYTES,
          // Without these, what was garbage before the end, which a pool is there to avoid, would not be seen at all.
          includeObjectsCollectedByMajorGC: !onlyLive,
          includeObjectsCollectedByMinorGC: !onlyLive
        })
      }
    } catch (error) {
      this.#session.disconnect()
      throw error
    }
  }

  /** Stops, and gives the profile as V8 does. Throws CaptureError. */
  stop(): unknown {
    try {
      const { profile } = this.#post(this.kind === 'cpu' ? 'Profiler.stop' : 'HeapProfiler.stopSampling') as {
        profile: { samples: unknown }
      }
      // Each sample of allocations again, one by one: as large as all the rest many times over, and of no use here.
      return this.kind === 'cpu' ? profile : { ...profile, samples: [] }
    } finally {
      this.#session.disconnect()
    }
  }

  /** Ends it and forgets what was sampled: a session that goes takes its profilers with it. */
  discard(): void {
    this.#session.disconnect()
  }

  #post(method: string, parameters?: object): unknown {
    let failure: Error | null = null
    let answer: unknown
    this.#session.post(method, parameters, (error: Error | null, result: unknown) => {
      failure = error
      answer = result
    })
    if (failure !== null) throw new CaptureError(method, failure)
    return answer
  }
}

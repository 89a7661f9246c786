import { Session } from 'node:inspector'

/**
 * Unless another one is asked for. What a CPU profile costs is its samples: about 15 % more CPU per frame with one each
 * millisecond, 3 % with one each five; to start it costs next to nothing. Bytes are an average: allocations are sampled at
 * random, whatever they are for.
 */
export const SAMPLING_INTERVAL = { cpu: 5_000, allocation: 64 * 1024 } as const

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

  /**
   * Starts to sample, each so many microseconds or bytes. `onlyLive` leaves out what has been collected by the end.
   * Throws CaptureError.
   */
  constructor(kind: CaptureKind, interval: number, onlyLive: boolean) {
    this.kind = kind
    this.#session.connect()
    try {
      if (kind === 'cpu') {
        this.#post('Profiler.enable')
        this.#post('Profiler.setSamplingInterval', { interval })
        this.#post('Profiler.start')
      } else {
        this.#post('HeapProfiler.startSampling', {
          samplingInterval: interval,
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

import { Session } from 'node:inspector'

export type CaptureKind = 'cpu' | 'allocation'

const CPU_INTERVAL_US = 5_000
const ALLOCATION_INTERVAL_BYTES = 64 * 1024
/** The length of a capture up to which that interval is fine. */
const FINE_SECONDS = 5

/**
 * From one sample to the next unless another one is asked for: microseconds, or bytes, which are an average as allocations
 * are sampled at random. What a CPU profile costs is its samples: 6 % more CPU per frame with one each millisecond, 3 % with
 * one each five. V8 keeps every sample of an allocation and tells of each at the end, while the thread stands still,
 * so a longer capture takes them further apart: it has as many as a short one.
 */
export function samplingInterval(kind: CaptureKind, seconds: number): number {
  if (kind === 'cpu') return CPU_INTERVAL_US
  return Math.round(ALLOCATION_INTERVAL_BYTES * Math.max(1, seconds / FINE_SECONDS))
}

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

  /** The clock that V8 writes into CPU profiles, in microseconds. */
  static clockUs(): number {
    return Number(process.hrtime.bigint() / 1000n)
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

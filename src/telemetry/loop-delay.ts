import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 10
const WINDOW_MS = 10_000

export interface LoopDelayFigures {
  readonly meanSeconds: number
  readonly p50Seconds: number
  readonly p99Seconds: number
  readonly maxSeconds: number
}

/**
 * How late this process's timers fire, over the last whole window of 10 s. The window is the monitor's own: whoever asks,
 * and how often, changes nothing. The sampling timer's own period is taken off, which the raw histogram includes.
 */
export class LoopDelay {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  #timer: NodeJS.Timeout | undefined
  #last: LoopDelayFigures | null = null

  start(): void {
    this.#histogram.enable()
    const endWindow = (): void => {
      this.#last = figuresOf(this.#histogram)
      this.#histogram.reset()
    }
    this.#timer = setInterval(endWindow, WINDOW_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#histogram.disable()
  }

  /** The last whole window; before the first one has passed, what there is of it. */
  read(): LoopDelayFigures {
    return this.#last ?? figuresOf(this.#histogram)
  }
}

/** The same over a stretch of time that its owner ends by asking. */
export class StretchLoopDelay {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })

  start(): void {
    this.#histogram.reset()
    this.#histogram.enable()
  }

  stop(): void {
    this.#histogram.disable()
  }

  /** Since it was last asked. */
  read(): LoopDelayFigures {
    const figures = figuresOf(this.#histogram)
    this.#histogram.reset()
    return figures
  }
}

function figuresOf(histogram: IntervalHistogram): LoopDelayFigures {
  const late = (nanoseconds: number): number => Math.max(0, (nanoseconds - RESOLUTION_MS * 1e6) / 1e9) || 0
  return {
    meanSeconds: late(histogram.mean),
    p50Seconds: late(histogram.percentile(50)),
    p99Seconds: late(histogram.percentile(99)),
    maxSeconds: late(histogram.max)
  }
}

import { closeSync, openSync, writeSync } from 'node:fs'
import type { HistogramLogWriter } from 'hdr-histogram-js'
import type { LoadInterval } from '../loadgen/load-run.ts'
import { UsageError } from './usage-error.ts'

const NANOSECONDS_IN_MILLISECOND = 1_000_000
const LONGEST_NS = 2 ** 42

/**
 * The latencies of a run in the HdrHistogram log format, which its tools read: a line for each second, in nanoseconds,
 * with the greatest of that second in milliseconds. HistogramLogProcessor 2.2.2, the original's, reads it to the same figures.
 */
export class HistogramLog {
  /** Why it is not whole; null when it is. */
  fault: string | null = null
  readonly #file: number
  readonly #write: (interval: LoadInterval) => void

  private constructor(file: number, write: (interval: LoadInterval) => void) {
    this.#file = file
    this.#write = write
  }

  /** Throws UsageError when the file cannot be written. */
  static async create(path: string): Promise<HistogramLog> {
    const file = openForWriting(path)
    // Only who asks for it waits for it to load.
    const { build, HistogramLogWriter } = await import('hdr-histogram-js')
    const writer = new HistogramLogWriter(line => void writeSync(file, line))
    writeHead(writer)
    return new HistogramLog(file, ({ startMs, lengthMs, latency }) => {
      const histogram = build({ highestTrackableValue: LONGEST_NS, numberOfSignificantValueDigits: 3 })
      for (const [edge, count] of latency.buckets()) {
        histogram.recordValueWithCount(Math.max(1, Math.round(Math.min(edge, latency.max, LONGEST_NS))), count)
      }
      const from = startMs / 1000
      writer.outputIntervalHistogram(histogram, from, from + lengthMs / 1000, NANOSECONDS_IN_MILLISECOND)
    })
  }

  /** The run goes on without it when it cannot be written any more. */
  add(interval: LoadInterval): void {
    if (this.fault !== null) return
    try {
      this.#write(interval)
    } catch (error) {
      this.fault = `the histogram is not whole: ${(error as Error).message}`
    }
  }

  close(): void {
    closeSync(this.#file)
  }
}

function openForWriting(path: string): number {
  try {
    return openSync(path, 'w')
  } catch (error) {
    throw cannotBeWritten(error)
  }
}

function writeHead(writer: HistogramLogWriter): void {
  const started = new Date()
  const seconds = (started.getTime() / 1000).toFixed(3)
  try {
    writer.outputComment('[Latencies of framelab load, in nanoseconds from when each Submit was due or sent]')
    writer.outputLogFormatVersion()
    writer.outputComment(`[StartTime: ${seconds} (seconds since epoch), ${started.toUTCString()}]`)
    writer.outputLegend()
  } catch (error) {
    throw cannotBeWritten(error)
  }
}

function cannotBeWritten(error: unknown): UsageError {
  return new UsageError(`the histogram cannot be written: ${(error as Error).message}`)
}

import { GCProfiler, getHeapStatistics } from 'node:v8'
import { collectGarbage } from './collect-garbage.ts'
import { GcMonitor } from './gc-monitor.ts'

/** What was allocated since the meter was started. */
export interface Allocated {
  readonly heapBytes: number
  /** Outside of V8's heap: buffers. At least: what was freed between two collections is missing. */
  readonly externalBytes: number
}

/** A collection seen takes some 3 KB until it has been counted, and longer by some 0.1 ms. */
const MOST_UNCOUNTED = 1000
const LOOK_EACH_MS = 2000

interface Level {
  readonly heap: number
  readonly external: number
}

/**
 * What this process allocates. V8 says so itself since Node 26; before, its heap's size is taken at every collection: what it
 * has grown by from the end of one to the beginning of the next was allocated in between.
 *
 *   read() --> a stretch --> read() --> the next stretch --> read() --> settle() --> nothing is measured --> read() ...
 *
 * A GCProfiler of Node goes on writing after it was stopped, at the cost of every collection, until it is collected itself;
 * and if it has seen some, only a full collection does that. So a stretch has one, and `settle` is the time to get rid of it.
 */
export class AllocationMeter {
  readonly #collections = new GcMonitor()
  #profiler: GCProfiler | null = null
  /** Whether there are profilers that only a full collection ends. */
  #isUnsettled = false
  #countedAt = 0
  #timer: NodeJS.Timeout | undefined
  #level: Level = levelNow()
  /** As V8 says it, when the stretch began. */
  #total: number | undefined
  #heapBytes = 0
  #externalBytes = 0

  start(): void {
    this.#collections.start()
    this.#timer = setInterval(() => this.#boundMemory(), LOOK_EACH_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#collections.stop()
    this.settle()
  }

  /** Up to now, of all stretches; the next one begins. */
  read(): Allocated {
    this.#count()
    this.#begin()
    return { heapBytes: this.#heapBytes, externalBytes: this.#externalBytes }
  }

  /** Between two stretches: what is allocated until the next read counts for nothing. It may take a full collection. */
  settle(): void {
    this.#count()
    if (this.#isUnsettled) collectGarbage()
    this.#isUnsettled = false
  }

  #begin(): void {
    this.#countedAt = this.#collections.count
    this.#profiler = new GCProfiler()
    this.#profiler.start()
    this.#level = levelNow()
    this.#total = totalAllocatedBytes()
  }

  #count(): void {
    if (this.#profiler === null) return
    const total = totalAllocatedBytes()
    const { statistics } = this.#profiler.stop()
    this.#profiler = null
    let increases = 0
    for (const { beforeGC, afterGC } of statistics) {
      increases += this.#riseTo(levelOf(beforeGC.heapStatistics))
      this.#level = levelOf(afterGC.heapStatistics)
    }
    increases += this.#riseTo(levelNow())
    this.#heapBytes += total === undefined || this.#total === undefined ? increases : total - this.#total
    this.#isUnsettled ||= statistics.length > 0
  }

  /** In a long stretch, at a price that is little beside so many collections. */
  #boundMemory(): void {
    if (this.#profiler === null || this.#collections.count - this.#countedAt < MOST_UNCOUNTED) return
    this.settle()
    this.#begin()
  }

  /** Of the heap; that outside of it is added at once. */
  #riseTo(level: Level): number {
    const { heap, external } = this.#level
    this.#level = level
    this.#externalBytes += Math.max(0, level.external - external)
    return Math.max(0, level.heap - heap)
  }
}

function levelOf({ usedHeapSize, externalMemory }: { usedHeapSize: number; externalMemory: number }): Level {
  return { heap: usedHeapSize, external: externalMemory }
}

function levelNow(): Level {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics()
  return { heap, external }
}

function totalAllocatedBytes(): number | undefined {
  return (getHeapStatistics() as { total_allocated_bytes?: number }).total_allocated_bytes
}

import { GCProfiler, getHeapStatistics } from 'node:v8'

/** What was allocated since the meter was started. */
export interface Allocated {
  readonly heapBytes: number
  /** Outside of V8's heap: buffers. At least: what was freed between two collections is missing. */
  readonly externalBytes: number
}

/** Every collection seen takes some kilobytes until it has been counted. */
const COUNTED_EACH_MS = 2000

interface Level {
  readonly heap: number
  readonly external: number
}

/**
 * What this process allocates. V8 says so itself since Node 26; before, its heap's size is taken at every collection: what it
 * has grown by from the end of one to the beginning of the next was allocated in between.
 */
export class AllocationMeter {
  #profiler = new GCProfiler()
  #timer: NodeJS.Timeout | undefined
  #level: Level = levelNow()
  #totalAtStart: number | undefined
  #heapBytes = 0
  #externalBytes = 0

  start(): void {
    this.#totalAtStart = totalAllocatedBytes()
    this.#level = levelNow()
    this.#profiler.start()
    this.#timer = setInterval(() => this.#count(), COUNTED_EACH_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#profiler.stop()
  }

  read(): Allocated {
    this.#count()
    const total = totalAllocatedBytes()
    const heapBytes =
      total === undefined || this.#totalAtStart === undefined ? this.#heapBytes : total - this.#totalAtStart
    return { heapBytes, externalBytes: this.#externalBytes }
  }

  #count(): void {
    const { statistics } = this.#profiler.stop()
    for (const { beforeGC, afterGC } of statistics) {
      this.#add(levelOf(beforeGC.heapStatistics))
      this.#level = levelOf(afterGC.heapStatistics)
    }
    this.#add(levelNow())
    // A profiler is good for one stretch.
    this.#profiler = new GCProfiler()
    this.#profiler.start()
  }

  #add(level: Level): void {
    this.#heapBytes += Math.max(0, level.heap - this.#level.heap)
    this.#externalBytes += Math.max(0, level.external - this.#level.external)
    this.#level = level
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

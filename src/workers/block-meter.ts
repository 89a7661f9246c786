import type { WorkerBlock } from '../contract/worker-messages.ts'
import { AllocationMeter } from '../telemetry/allocation-meter.ts'
import { LatencyHistogram } from '../telemetry/latency-histogram.ts'
import { StretchLoopDelay } from '../telemetry/loop-delay.ts'

/** In a worker, for as long as an experiment measures blocks: what costs too much to be measured always. */
export class BlockMeter {
  readonly #batchDurations: LatencyHistogram
  readonly #allocation = new AllocationMeter()
  readonly #loopDelay = new StretchLoopDelay()
  #earlier = new LatencyHistogram()
  #isRunning = false

  constructor(batchDurations: LatencyHistogram) {
    this.#batchDurations = batchDurations
  }

  /** Until the next read. One meter serves all experiments: what it is made of is big, and V8 does not know how big. */
  stop(): void {
    if (!this.#isRunning) return
    this.#isRunning = false
    this.#allocation.stop()
    this.#loopDelay.stop()
  }

  /** After a block: gets rid of what measuring it has left behind. */
  settle(): void {
    this.#allocation.settle()
  }

  /** Begins to measure, unless it does already. */
  read(): Omit<WorkerBlock, 'snapshot'> {
    this.#start()
    const batches = this.#batchDurations.since(this.#earlier).toJSON()
    this.#earlier = new LatencyHistogram()
    this.#earlier.add(this.#batchDurations)
    const { heapBytes, externalBytes } = this.#allocation.read()
    return {
      allocatedBytes: heapBytes,
      externalBytes,
      loopDelaySeconds: this.#loopDelay.read().p99Seconds,
      batches
    }
  }

  #start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#allocation.start()
    this.#loopDelay.start()
  }
}

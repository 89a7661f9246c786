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

  constructor(batchDurations: LatencyHistogram) {
    this.#batchDurations = batchDurations
    this.#allocation.start()
    this.#loopDelay.start()
  }

  stop(): void {
    this.#allocation.stop()
    this.#loopDelay.stop()
  }

  read(): Omit<WorkerBlock, 'snapshot'> {
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
}

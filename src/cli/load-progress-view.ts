import { SingleBar } from 'cli-progress'
import type { LoadProgress } from '../contract/load-figures.ts'
import { secondInWords } from './load-report.ts'

/** Shows how a run is getting on, on stderr: stdout is for the result. */
export interface ProgressView {
  show(progress: LoadProgress): void
  end(): void
}

/** A bar for a person who watches; a line for each second for whoever reads it later. */
export function progressView(stream: NodeJS.WriteStream): ProgressView {
  return stream.isTTY ? barView(stream) : lineView(stream)
}

function barView(stream: NodeJS.WriteStream): ProgressView {
  const format = ' {bar} {phase}  {second}'
  const bar = new SingleBar({ stream, format, barsize: 24, fps: 2, hideCursor: true, clearOnComplete: true })
  let isStarted = false
  return {
    show(progress) {
      const values = { phase: phaseInWords(progress), second: secondInWords(progress.lastSecond) }
      if (!isStarted) bar.start(progress.totalMs ?? progress.elapsedMs, 0, values)
      isStarted = true
      bar.update(progress.elapsedMs, values)
    },
    end() {
      if (isStarted) bar.stop()
    }
  }
}

function lineView(stream: NodeJS.WriteStream): ProgressView {
  return {
    show: progress => stream.write(`${phaseInWords(progress)}: ${secondInWords(progress.lastSecond)}\n`),
    end: () => {}
  }
}

const phaseNames = { ramp: ', ramp', warm_up: ', warm-up', measuring: '' } as const

function phaseInWords({ phase, elapsedMs, totalMs, connections }: LoadProgress): string {
  const of = totalMs === null ? '' : ` of ${Math.ceil(totalMs / 1000)}`
  const missing =
    connections.open < connections.asked ? `, ${connections.open} of ${connections.asked} connections` : ''
  return `${Math.round(elapsedMs / 1000)}${of} s${phaseNames[phase]}${missing}`
}

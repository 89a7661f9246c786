import { SingleBar } from 'cli-progress'

/** Shows how far something is, on stderr: stdout is for the result. */
export interface ProgressView {
  /** `progress` from 0 to 1. */
  show(progress: number, what: string): void
  end(): void
}

const PERCENT = 100
const LINES = 20

/** A bar for a person who watches; for whoever reads it later a line now and then. */
export function progressView(stream: NodeJS.WriteStream): ProgressView {
  return stream.isTTY ? barView(stream) : lineView(stream)
}

function barView(stream: NodeJS.WriteStream): ProgressView {
  const format = ' {bar} {percentage}%  {what}'
  const bar = new SingleBar({ stream, format, barsize: 24, fps: 4, hideCursor: true, clearOnComplete: true })
  bar.start(PERCENT, 0, { what: '' })
  return { show: (progress, what) => bar.update(Math.floor(progress * PERCENT), { what }), end: () => bar.stop() }
}

/** What it is doing as it goes along: twenty lines at most. */
function lineView(stream: NodeJS.WriteStream): ProgressView {
  let last = -1
  return {
    show(progress, what) {
      const step = Math.floor(progress * LINES)
      if (step !== last) stream.write(`${Math.floor(progress * PERCENT)} %: ${what}\n`)
      last = step
    },
    end: () => {}
  }
}

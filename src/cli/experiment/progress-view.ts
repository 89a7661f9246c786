import { SingleBar } from 'cli-progress'

/** Shows how far something is, on stderr: stdout is for the result. */
export interface ProgressView {
  /** `progress` from 0 to 1. */
  show(progress: number, what: string): void
  end(): void
}

const PERCENT = 100

/** A bar for a person who watches; for whoever reads it later a line whenever it does something else. */
export function progressView(stream: NodeJS.WriteStream): ProgressView {
  return stream.isTTY ? barView(stream) : lineView(stream)
}

function barView(stream: NodeJS.WriteStream): ProgressView {
  const format = ' {bar} {percentage}%  {what}'
  const bar = new SingleBar({ stream, format, barsize: 24, fps: 4, hideCursor: true, clearOnComplete: true })
  bar.start(PERCENT, 0, { what: '' })
  return { show: (progress, what) => bar.update(Math.floor(progress * PERCENT), { what }), end: () => bar.stop() }
}

function lineView(stream: NodeJS.WriteStream): ProgressView {
  let last = ''
  return {
    show(progress, what) {
      const line = `${Math.floor(progress * PERCENT)} %: ${what}`
      if (line !== last) stream.write(`${line}\n`)
      last = line
    },
    end: () => {}
  }
}

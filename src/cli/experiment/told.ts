import { refusalOf } from '../server-flags.ts'
import { interruptible } from './interruption.ts'
import { type ProgressView, progressView } from './progress-view.ts'

/**
 * Runs what may take minutes: shows how far it is, ends on Ctrl-C with 130, and tells in one sentence what a server refused, with
 * `failureCode`.
 */
export async function toldOnTheWay(
  command: string,
  run: (progress: ProgressView, signal: AbortSignal) => Promise<void>,
  failureCode = 1
): Promise<void> {
  const progress = progressView(process.stderr)
  try {
    await interruptible(async signal => {
      try {
        await run(progress, signal)
      } catch (error) {
        if (!signal.aborted) throw error
      }
      if (!signal.aborted) return
      progress.end()
      process.stderr.write('Cancelled. The switches are as they were, and nothing of it keeps running.\n')
      process.exitCode = 130
    })
  } catch (error) {
    const refusal = refusalOf(error)
    const advice = refusal.status === null ? "; is 'framelab serve' running, and is --url right?" : ''
    process.stderr.write(`framelab ${command}: ${refusal.message}${advice}\n`)
    process.exitCode = failureCode
  } finally {
    progress.end()
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import { SingleBar } from 'cli-progress'
import type { ProfileReport } from '../contract/profile.ts'
import { type ProfileClient, ProfileClientError } from './profile-client.ts'

const LOOK_PERIOD_MS = 200
/** Should this process be killed outright, its capture ends that much later. */
const ABANDON_AFTER_SECONDS = 10

/** Captures to the end and shows how far it is. An abort cancels it on the server; null then. */
export async function captureProfile(
  client: ProfileClient,
  request: object,
  signal: AbortSignal
): Promise<ProfileReport | null> {
  let report = await client.start({ ...request, abandonAfterSeconds: ABANDON_AFTER_SECONDS })
  const progress = progressOf(report)
  try {
    while (report.state === 'queued' || report.state === 'running') {
      await sleep(LOOK_PERIOD_MS, undefined, { signal })
      report = await client.find(report.id)
      progress.show(report.progress)
    }
  } catch (error) {
    await client.remove(report.id).catch(() => {})
    if (signal.aborted) return null
    throw error
  } finally {
    progress.end()
  }
  if (report.state === 'cancelled') throw new ProfileClientError('somebody else has cancelled it')
  if (report.state === 'failed') throw new ProfileClientError(`the profile failed: ${report.error}`)
  return report
}

/** On stderr: stdout is for the result. A bar for a person, one line otherwise. */
function progressOf({ kind, seconds, workers }: ProfileReport): { show(part: number): void; end(): void } {
  const what = `${kind}, ${seconds} s, ${workers.length === 1 ? 'worker' : 'workers'} ${workers.join(', ')}`
  if (!process.stderr.isTTY) {
    process.stderr.write(`capturing: ${what}\n`)
    return { show: () => {}, end: () => {} }
  }
  const format = ` {bar} {percentage}%  ${what}`
  const bar = new SingleBar({ stream: process.stderr, format, hideCursor: true, clearOnComplete: true })
  bar.start(1, 0)
  return { show: part => bar.update(part), end: () => bar.stop() }
}

import type { components } from '../../client/api-types.ts'
import { dataOf, type LabClient } from '../../client/client.ts'
import type { ExperimentReport } from '../../contract/experiment.ts'
import type { ProfileDifference } from '../../controlplane/profile-difference.ts'
import type { ReportPage } from '../../experiments/report/report-page.ts'
import { follow } from './follow.ts'
import type { ProgressView } from './progress-view.ts'

/** As REST takes it. */
export type ExperimentOrder = components['schemas']['ExperimentOrder']

/** Has an experiment done by a server, and follows it to its end. */
export async function runExperiment(
  client: LabClient,
  body: ExperimentOrder,
  progress: ProgressView,
  signal: AbortSignal
): Promise<ExperimentReport> {
  const first = reported(await dataOf(client.POST('/api/v1/experiments', { body })))
  const path = { id: first.id }
  const find = async (): Promise<ExperimentReport> =>
    reported(await dataOf(client.GET('/api/v1/experiments/{id}', { params: { path } })))
  const cancel = async (): Promise<void> => {
    await dataOf(client.DELETE('/api/v1/experiments/{id}', { params: { path } }))
  }
  return follow(first, { find, cancel }, report => progress.show(report.progress, report.sentence), signal)
}

const MOST_FUNCTIONS = 20

/** Where the CPU time of a frame changed between the first two arms, function by function; null without profiles. */
export async function profileDifferenceOf(
  client: LabClient,
  { profiles }: ExperimentReport
): Promise<ProfileDifference | null> {
  const [before, after] = profiles
  if (before === undefined || after === undefined) return null
  const params = { path: { before, after }, query: { format: 'json' } } as const
  const answer = await dataOf(client.GET('/api/v1/profiles/{after}/diff/{before}', { params }))
  const whole = answer as unknown as ProfileDifference
  return { ...whole, rows: whole.rows.slice(0, MOST_FUNCTIONS) }
}

/** The page that draws the difference of the profiles of the first two arms; null without profiles. */
export async function flameGraphOf(client: LabClient, { profiles }: ExperimentReport): Promise<ReportPage | null> {
  const [before, after] = profiles
  if (before === undefined || after === undefined) return null
  const params = { path: { before, after }, query: { format: 'html' } } as const
  let contentSecurityPolicy = ''
  const html = await dataOf(
    client.GET('/api/v1/profiles/{after}/diff/{before}', { params, parseAs: 'text' }).then(answer => {
      contentSecurityPolicy = answer.response.headers.get('content-security-policy') ?? ''
      return answer as { data?: string; error?: unknown; response: Response }
    })
  )
  return { html, contentSecurityPolicy }
}

/** The types made from the document know pairs of numbers as lists of them. */
const reported = (answer: object): ExperimentReport => answer as ExperimentReport

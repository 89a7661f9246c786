import { access, constants, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { benchmarkFormat } from '../../experiments/report/benchmark-format.ts'
import { type ReportPage, reportPage } from '../../experiments/report/report-page.ts'
import { UsageError } from '../usage-error.ts'
import { type ComparisonResult, resultJson } from './comparison-result.ts'

/** Writes a result as its name ends: `.json`, `.txt` for the Go benchmark format, and anything else as a page. */
export async function writeReport(
  file: string,
  result: ComparisonResult,
  flameGraph: () => Promise<ReportPage | null>
): Promise<void> {
  const content = file.endsWith('.json')
    ? resultJson(result)
    : file.endsWith('.txt')
      ? benchmarkFormat(result.experiment)
      : reportPage(result.experiment, { confirmation: result.confirmation, flameGraph: await flameGraph() }).html
  await saveReport(file, content)
}

/** Throws UsageError, before anything is measured, when a report could not be saved there. */
export async function assertReportPlace(file: string | undefined): Promise<void> {
  if (file === undefined) return
  const known = await stat(file).catch(() => null)
  if (known?.isDirectory()) throw cannotBeWritten(file, 'EISDIR')
  const mustAllow =
    known === null ? access(dirname(file), constants.W_OK | constants.X_OK) : access(file, constants.W_OK)
  await mustAllow.catch((error: NodeJS.ErrnoException) => {
    throw cannotBeWritten(file, error.code)
  })
}

/** Throws UsageError. */
export async function saveReport(file: string, content: string): Promise<void> {
  await writeFile(file, content).catch((error: NodeJS.ErrnoException) => {
    throw cannotBeWritten(file, error.code)
  })
}

function cannotBeWritten(file: string, code: string | undefined): UsageError {
  return new UsageError(`--report: ${file} cannot be written: ${code}`)
}

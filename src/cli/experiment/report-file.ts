import { access, constants, writeFile } from 'node:fs/promises'
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
  await access(dirname(file), constants.W_OK).catch(error => cannotBeWritten(file, error))
}

/** Throws UsageError. */
export async function saveReport(file: string, content: string): Promise<void> {
  await writeFile(file, content).catch(error => cannotBeWritten(file, error))
}

function cannotBeWritten(file: string, { code }: NodeJS.ErrnoException): never {
  throw new UsageError(`--report: ${file} cannot be written: ${code}`)
}

import { writeFile } from 'node:fs/promises'
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
  try {
    await writeFile(file, content)
  } catch (error) {
    throw new UsageError(`--report: ${file} cannot be written: ${(error as NodeJS.ErrnoException).code}`)
  }
}

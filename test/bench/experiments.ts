import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Command } from 'commander'
import type { ExperimentReport, MetricVerdict } from '../../src/contract/experiment.ts'
import type { ProfileDifference } from '../../src/controlplane/profile-difference.ts'
import { figureText, intervalText, percentText } from '../../src/experiments/report/figure-text.ts'

/**
 * What the README says of experiments, measured anew: presets against each other, a preset against itself again and again, and
 * which function the difference of the profiles names. Prints the rows of the README's table. Needs a quiet machine.
 */
const { repeats, pairs, blockSeconds, washOutSeconds } = new Command('experiments')
  .option('--repeats <count>', 'how often a preset is compared with itself', Number, 10)
  .option('--pairs <count>', 'pairs of each experiment', Number, 12)
  .option('--block-seconds <seconds>', 'length of a block', Number, 1)
  .option('--wash-out-seconds <seconds>', 'not measured after each change', Number, 0.5)
  .parse()
  .opts()

type Result = ExperimentReport & { readonly profileDifference: ProfileDifference | null }

const cli = fileURLToPath(new URL('../../dist/cli/framelab.js', import.meta.url))
const run = promisify(execFile)

process.stdout.write(
  '| comparison | CPU per frame | change, 95 % interval | verdict | could have seen |\n|---|---|---|---|---|\n'
)
const profiled = await compare('baseline', 'buffered', '--profile')
const found = [profiled, await compare('buffered', 'pooled'), await compare('baseline', 'pooled')]
for (const result of found) printRow(result)
const itself: Result[] = []
for (let repeat = 0; repeat < repeats; repeat++) itself.push(await compare('pooled', 'pooled'))
for (const result of itself) printRow(result)

const right = itself.filter(({ verdicts: { cpuPerFrame } }) => isNoDifference(cpuPerFrame)).length
process.stdout.write(`\npooled against itself: equivalent or inconclusive in ${right} of ${repeats} runs\n`)
const quiet = [...found, ...itself].filter(({ selfTest }) => selfTest?.passed === true).length
process.stdout.write(`self-test passed in ${quiet} of ${found.length + repeats} runs\n`)
const [first, ...others] = profiled.profileDifference?.rows ?? []
for (const row of [first, ...others.slice(0, 4)]) {
  if (row === undefined) continue
  const figures = `${figureText(row.before)} → ${figureText(row.after)} ${profiled.profileDifference?.unit}`
  const all = `with all it calls ${figureText(row.inclusive.before)} → ${figureText(row.inclusive.after)}`
  process.stdout.write(`baseline → buffered, profile: ${row.function} ${figures}, ${all}\n`)
}

async function compare(before: string, after: string, ...more: string[]): Promise<Result> {
  const length = ['--pairs', pairs, '--block-seconds', blockSeconds, '--wash-out-seconds', washOutSeconds]
  const args = ['compare', before, after, '--workers', '1', ...length.map(String), '--json', ...more]
  const { stdout } = await run(process.execPath, [cli, ...args], { maxBuffer: 2 ** 28 })
  return JSON.parse(stdout) as Result
}

function printRow({ arms, verdicts: { cpuPerFrame } }: Result): void {
  if (cpuPerFrame === undefined) return
  const { before, after, effectPercent, interval, verdict, detectablePercent } = cpuPerFrame
  const cells = [
    `\`${arms[0]?.name}\` → \`${arms[1]?.name}\``,
    `${figureText(before)} → ${figureText(after)} µs`,
    `${percentText(effectPercent)} (${intervalText(interval)})`,
    verdict,
    detectablePercent === null ? '–' : `${figureText(detectablePercent)} %`
  ]
  process.stdout.write(`| ${cells.join(' | ')} |\n`)
}

function isNoDifference(verdict: MetricVerdict | undefined): boolean {
  return verdict?.verdict === 'equivalent' || verdict?.verdict === 'inconclusive'
}

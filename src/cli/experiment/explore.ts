import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { dataOf, type LabClient } from '../../client/client.ts'
import { experimentBounds } from '../../contract/experiment.ts'
import { type ExplorationReport, explorationBounds, explorationDefaults } from '../../contract/exploration.ts'
import { loadRunBounds } from '../../contract/load-run.ts'
import { type OptimizationName, optimizationNames, type PresetName, presetNames } from '../../contract/optimizations.ts'
import { explorationPage } from '../../experiments/report/exploration-page.ts'
import { wholeNumber } from '../load-flags.ts'
import { UsageError } from '../usage-error.ts'
import { numberWithin } from './experiment-flags.ts'
import { explorationText } from './explore-text.ts'
import { follow } from './follow.ts'
import { type LoadOptionFlags, loadOf, withLoadOptions } from './load-options.ts'
import type { ProgressView } from './progress-view.ts'
import { assertReportPlace, saveReport } from './report-file.ts'
import { type ServerChoice, withServer, withServerChoice } from './server-choice.ts'
import { toldOnTheWay } from './told.ts'

interface ExploreFlags extends ServerChoice, LoadOptionFlags {
  readonly preset: PresetName
  readonly half: boolean
  readonly rounds: number
  readonly blockSeconds: number
  readonly washOutSeconds: number
  readonly margin: number
  readonly seed?: number
  readonly label?: string
  readonly report?: string
  readonly json: boolean
}

const examples = `
Examples:
  framelab explore bufferedReader coalescedWriter packetPool        eight combinations in six rounds: two minutes
  framelab explore bufferedReader coalescedWriter packetPool ackPool --half
  framelab explore packetPool ackPool --url http://127.0.0.1:8889   on the traffic that this server has
  framelab explore packetPool ackPool --report pools.html

In the half fraction every effect is measured together with its alias, the product of all other switches; the result says
which. Ctrl-C cancels it, on the server too, which puts its switches back. The exit code is 0 when it came to its end.`

/** `framelab explore`: every combination of some switches, and what each changes, alone and together. */
export function exploreCommand(): Command {
  const command = new Command('explore')
    .description('Find out which switches matter here, alone and together, by measuring every combination of them.')
    .addArgument(new Argument('<switches...>', `of ${optimizationNames.join(', ')}`).argParser(anotherSwitch))
    .addOption(
      new Option('--preset <name>', 'what the other switches are on the server that is started')
        .choices(presetNames)
        .default('pooled')
    )
    .option('--half', 'measure half of the combinations', false)
    .addOption(
      new Option('--rounds <count>', 'how often each is measured')
        .argParser(wholeNumber(explorationBounds.rounds))
        .default(explorationDefaults.rounds)
    )
    .addOption(
      new Option('--block-seconds <seconds>', 'how long each time')
        .argParser(numberWithin(experimentBounds.blockSeconds))
        .default(explorationDefaults.blockSeconds)
    )
    .addOption(
      new Option('--wash-out-seconds <seconds>', 'not measured after each change')
        .argParser(numberWithin(experimentBounds.washOutSeconds))
        .default(explorationDefaults.washOutSeconds)
    )
    .addOption(
      new Option('--margin <percent>', 'a change of CPU per frame within this makes no difference')
        .argParser(numberWithin(experimentBounds.marginPercent))
        .default(explorationDefaults.marginPercent)
    )
    .addOption(new Option('--seed <number>', 'of the order').argParser(wholeNumber(loadRunBounds.seed)))
    .option('--label <text>', 'a name for it')
    .option('--report <file>', 'write a page')
    .option('--json', 'print the result as one JSON object', false)
    .addHelpText('after', examples)
    .exitOverride()
    .action(explore)
  return withLoadOptions(withServerChoice(command))
}

function anotherSwitch(text: string, before: OptimizationName[] | undefined): OptimizationName[] {
  const name = optimizationNames.find(known => known === text)
  if (name === undefined) throw new InvalidArgumentError(`It must be one of ${optimizationNames.join(', ')}.`)
  if (before?.includes(name)) throw new InvalidArgumentError('It is named twice.')
  return [...(before ?? []), name]
}

async function explore(switches: readonly OptimizationName[], flags: ExploreFlags, command: Command): Promise<void> {
  const { min } = flags.half ? explorationBounds.switchesOfHalf : explorationBounds.switches
  if (switches.length < min) {
    throw new UsageError(
      `explore${flags.half ? ' --half' : ''} needs ${min} switches or more, of ${optimizationNames.join(', ')}`
    )
  }
  const { workers, preset } = flags
  await assertReportPlace(flags.report)
  await toldOnTheWay('explore', (progress, signal) =>
    withServer(flags, { workers, preset }, async client => {
      const result = await explored(client, switches, flags, command, progress, signal)
      progress.end()
      if (flags.report !== undefined) await saveReport(flags.report, explorationPage(result).html)
      process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : explorationText(result))
      if (result.state !== 'done') process.exitCode = 1
    })
  )
}

async function explored(
  client: LabClient,
  switches: readonly OptimizationName[],
  flags: ExploreFlags,
  command: Command,
  progress: ProgressView,
  signal: AbortSignal
): Promise<ExplorationReport> {
  const { half, rounds, blockSeconds, washOutSeconds, margin, seed = null, label = null } = flags
  const body = {
    switches: [...switches],
    fraction: half ? ('half' as const) : ('full' as const),
    ...{ rounds, blockSeconds, washOutSeconds, marginPercent: margin, seed, label },
    load: loadOf(flags, command, flags.url === undefined)
  }
  const first = reported(await dataOf(client.POST('/api/v1/explorations', { body })))
  const params = { path: { id: first.id } }
  const find = async (): Promise<ExplorationReport> =>
    reported(await dataOf(client.GET('/api/v1/explorations/{id}', { params })))
  const cancel = async (): Promise<void> => {
    await dataOf(client.DELETE('/api/v1/explorations/{id}', { params }))
  }
  return follow(first, { find, cancel }, report => progress.show(report.progress, report.sentence), signal)
}

/** The types made from the document know pairs of numbers as lists of them. */
const reported = (answer: Omit<ExplorationReport, 'findings'>): ExplorationReport => answer as ExplorationReport

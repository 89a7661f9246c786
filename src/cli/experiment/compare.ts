import { Argument, Command, Option } from 'commander'
import type { LabClient } from '../../client/client.ts'
import type { FreshConfirmation } from '../../contract/confirmation.ts'
import {
  type ExperimentDesign,
  type ExperimentReport,
  experimentBounds,
  experimentDefaults,
  experimentDesigns
} from '../../contract/experiment.ts'
import { loadFlags } from '../../contract/load-command.ts'
import { loadRunBounds } from '../../contract/load-run.ts'
import { type PresetName, presetNames } from '../../contract/optimizations.ts'
import type { Options } from '../../contract/options.ts'
import { gate } from '../../experiments/gate.ts'
import { wholeNumber } from '../load-flags.ts'
import { UsageError } from '../usage-error.ts'
import { type ArmOrder, armArgument, distinctArms } from './arm-argument.ts'
import { comparisonText } from './compare-text.ts'
import { type ComparisonResult, resultJson } from './comparison-result.ts'
import { confirmFresh } from './confirm-fresh.ts'
import { type ExperimentOrder, flameGraphOf, profileDifferenceOf, runExperiment } from './experiment-client.ts'
import { anotherGuard, anotherMargin, type Guards, type Margins, numberWithin } from './experiment-flags.ts'
import { type LoadOptionFlags, loadOf, withLoadOptions } from './load-options.ts'
import type { ProgressView } from './progress-view.ts'
import { assertReportPlace, writeReport } from './report-file.ts'
import { readSavedExperiment } from './saved-experiment.ts'
import { type ServerChoice, withServer, withServerChoice } from './server-choice.ts'
import { toldOnTheWay } from './told.ts'

interface CompareFlags extends ServerChoice, LoadOptionFlags {
  readonly preset: PresetName
  readonly design: ExperimentDesign
  readonly pairs: number
  readonly blockSeconds: number
  readonly washOutSeconds: number
  readonly seed?: number
  readonly margin?: Margins
  readonly guard?: Guards
  readonly profile: boolean
  readonly selfTest: boolean
  readonly confirm?: 'fresh'
  readonly label?: string
  readonly report?: string
  readonly against?: string
  readonly json: boolean
}

const examples = `
BEFORE and AFTER are presets (${presetNames.join(', ')}) or lists of switches such as bufferedReader=on,packetPool=off, which
are laid over what is in force. Without --url it starts a server of its own on free ports, and load.

Examples:
  framelab compare baseline buffered                    20 pairs of blocks of 3 s: three minutes
  framelab compare packetPool=off packetPool=on --pairs 10 --block-seconds 2
  framelab compare baseline buffered --url http://127.0.0.1:8889     the traffic that this server has
  framelab compare baseline pooled --profile --report pooled.html    a page with all there is to see, and a flame graph
  framelab compare baseline pooled --confirm fresh      once more, each arm in processes of its own
  framelab compare baseline pooled --json > saved.json
  framelab compare baseline pooled --against saved.json              gate: is the last arm as cheap as it was?

The exit code is 0 when it came to its end, 1 when it did not, 2 for bad usage. With --against it is 0 when CPU per frame
of AFTER is fine, 1 when it has regressed, and 2 when that cannot be told (or for bad usage, which says 'error'). Ctrl-C
cancels it, on the server too, which puts its switches back, and exits with 130.`

/** `framelab compare`: is it really better, by how much, or can that not be told? */
export function compareCommand(): Command {
  const command = new Command('compare')
    .description(
      'Compare two settings of the switches on a running server: an interval for every metric, and a verdict.'
    )
    .addArgument(new Argument('<before>', 'a preset, or switches').argParser(armArgument))
    .addArgument(new Argument('<after>', 'a preset, or switches').argParser(armArgument))
    .addOption(
      new Option('--preset <name>', 'what lists of switches are laid over on the server that is started')
        .choices(presetNames)
        .default('pooled')
    )
    .addOption(new Option('--design <design>', 'how').choices(experimentDesigns).default(experimentDefaults.design))
    .addOption(
      new Option('--pairs <count>', 'how often each is measured')
        .argParser(wholeNumber(experimentBounds.pairs))
        .default(experimentDefaults.pairs)
    )
    .addOption(
      new Option('--block-seconds <seconds>', 'how long each time')
        .argParser(numberWithin(experimentBounds.blockSeconds))
        .default(experimentDefaults.blockSeconds)
    )
    .addOption(
      new Option('--wash-out-seconds <seconds>', 'not measured after each change')
        .argParser(numberWithin(experimentBounds.washOutSeconds))
        .default(experimentDefaults.washOutSeconds)
    )
    .addOption(new Option('--seed <number>', 'of the order of blocks').argParser(wholeNumber(loadRunBounds.seed)))
    .addOption(
      new Option(
        '--margin <percent>',
        'what makes no difference, for all metrics or METRIC=PERCENT; can be repeated'
      ).argParser(anotherMargin)
    )
    .addOption(
      new Option('--guard <guard>', 'ends it early, such as p99Factor=5 or errorRate=off; can be repeated').argParser(
        anotherGuard
      )
    )
    .option('--profile', 'capture a CPU profile of each, and their difference', false)
    .option('--no-self-test', 'do not compare equal arms by the same pipeline')
    .addOption(new Option('--confirm <how>', 'once more, each arm in server processes of its own').choices(['fresh']))
    .option('--label <text>', 'a name for it')
    .option('--report <file>', 'write a page; .json: the result; .txt: the Go benchmark format')
    .option('--against <file>', 'gate: hold CPU per frame of AFTER against a result saved with --json')
    .option('--json', 'print the result as one JSON object', false)
    .addHelpText('after', examples)
    .exitOverride()
    .action(compare)
  return withLoadOptions(withServerChoice(command))
}

async function compare(before: ArmOrder, after: ArmOrder, flags: CompareFlags, command: Command): Promise<void> {
  const saved = flags.against === undefined ? null : readSavedExperiment(flags.against)
  if (flags.confirm !== undefined && flags.url !== undefined) {
    throw new UsageError('--confirm fresh starts servers of its own, so it does not go with --url')
  }
  await assertReportPlace(flags.report)
  await toldOnTheWay(
    'compare',
    (progress, signal) =>
      withServer(flags, ownOptions(flags), client =>
        compareOn(client, { arms: distinctArms(before, after), flags, command, saved, progress, signal })
      ),
    saved === null ? 1 : CANNOT_TELL
  )
}

interface Run {
  readonly arms: readonly ArmOrder[]
  readonly flags: CompareFlags
  readonly command: Command
  readonly saved: ExperimentReport | null
  readonly progress: ProgressView
  readonly signal: AbortSignal
}

/** Of a gate: also when there is no result at all, which says nothing about a release. */
const CANNOT_TELL = 2

const ownOptions = ({ workers, preset }: CompareFlags): Pick<Options, 'workers' | 'preset'> => ({ workers, preset })

async function compareOn(client: LabClient, run: Run): Promise<void> {
  const { flags, saved, progress, signal } = run
  const live = await runExperiment(client, orderOf(run), progress, signal)
  const isConfirmed = flags.confirm === 'fresh' && live.state === 'done'
  const confirmation = isConfirmed ? await confirmFresh(live, ownOptions(flags), progress, signal) : null
  progress.end()
  const profileDifference = await profileDifferenceOf(client, live)
  const result: ComparisonResult = {
    experiment: {
      ...withDoubt(live, confirmation),
      ...(flags.url === undefined && { command: commandOf(live, flags) })
    },
    confirmation,
    profileDifference,
    gate: saved === null ? null : gate(live, saved, live.request.margins.cpuPerFrame)
  }
  if (flags.report !== undefined) await writeReport(flags.report, result, () => flameGraphOf(client, live))
  process.stdout.write(flags.json ? resultJson(result) : comparisonText(result))
  process.exitCode = exitCodeOf(result)
}

/** What a first look must not miss stands in the sentence on top. */
function withDoubt(experiment: ExperimentReport, confirmation: FreshConfirmation | null): ExperimentReport {
  if (confirmation === null || confirmation.agrees) return experiment
  return { ...experiment, sentence: `${experiment.sentence} But in processes of their own: ${confirmation.sentence}` }
}

/** The server is gone with the command, and what REST would take with it. */
function commandOf({ request, seed, arms }: ExperimentReport, flags: CompareFlags): string {
  const { design, pairs, blockSeconds, washOutSeconds, load, profile, selfTest } = request
  const names = arms.map(({ name }) => name.replace(/ again$/, ''))
  const parts = [...names, `--workers ${flags.workers}`, `--preset ${flags.preset}`, `--design ${design}`]
  parts.push(
    `--pairs ${pairs}`,
    `--block-seconds ${blockSeconds}`,
    `--wash-out-seconds ${washOutSeconds}`,
    `--seed ${seed}`
  )
  for (const [metric, percent] of Object.entries(flags.margin ?? {})) parts.push(`--margin ${metric}=${percent}`)
  for (const [guard, limit] of Object.entries(flags.guard ?? {})) parts.push(`--guard ${guard}=${limit ?? 'off'}`)
  if (load !== 'live') parts.push(loadFlags(load))
  if (profile) parts.push('--profile')
  if (!selfTest) parts.push('--no-self-test')
  if (flags.confirm !== undefined) parts.push(`--confirm ${flags.confirm}`)
  return `framelab compare ${parts.join(' ')}`
}

function exitCodeOf({ experiment, gate: gated }: ComparisonResult): number {
  if (gated !== null) return { fine: 0, regressed: 1, 'cannot tell': CANNOT_TELL }[gated.outcome]
  return experiment.state === 'done' ? 0 : 1
}

function orderOf({ arms, flags, command }: Run): ExperimentOrder {
  const { design, pairs, blockSeconds, washOutSeconds, seed, margin, guard, profile, selfTest, label } = flags
  return {
    arms: [...arms],
    design,
    pairs,
    blockSeconds,
    washOutSeconds,
    load: loadOf(flags, command, flags.url === undefined),
    profile,
    selfTest,
    ...(seed !== undefined && { seed }),
    ...(margin !== undefined && { margins: margin }),
    ...(guard !== undefined && { guards: guard }),
    ...(label !== undefined && { label })
  }
}

import { arch, cpus, platform } from 'node:os'
import { Command, Option } from 'commander'
import { createLabClient } from '../client/client.ts'
import { formatDuration } from '../contract/duration.ts'
import { type ExperimentReport, experimentBounds } from '../contract/experiment.ts'
import { presetNames } from '../contract/optimizations.ts'
import { type Stage, stagesOf } from '../experiments/stages.ts'
import { conclusion, stageTable, verdictLines } from './demo-report.ts'
import { runExperiment } from './experiment/experiment-client.ts'
import { interruptible } from './experiment/interruption.ts'
import { withOwnServer } from './experiment/own-server.ts'
import { progressView } from './experiment/progress-view.ts'
import { duration, wholeNumber } from './load-flags.ts'
import { packageInfo } from './package-info.ts'

interface DemoFlags {
  readonly rounds: number
  readonly block: number
  readonly connections: number
  readonly inFlight: number
  readonly json: boolean
}

/** After a switch, this long is not measured: the compiler and the queues settle. */
const WASH_OUT_SECONDS = 0.5

const examples = `
Examples:
  framelab demo                     six rounds of three stages, a minute in all
  framelab demo --block 500ms       a quick look
  framelab demo --in-flight 1       one Submit at a time: where batching has nothing to batch
  framelab demo --json > demo.json  for machines: one JSON object on stdout, progress on stderr

It uses free ports, so it collides with nothing. Ctrl-C stops all it has started.`

/** `framelab demo`: a server, load, and the stages of the lesson measured against each other as one experiment. */
export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'Watch one running server go from the naive baseline to the optimised stages, measured under real load.'
    )
    .addOption(
      new Option('--rounds <count>', 'rounds; each measures every stage once')
        .argParser(wholeNumber(experimentBounds.pairs))
        .default(experimentBounds.pairs.min)
    )
    .addOption(
      new Option('--block <time>', 'how long a stage is measured in a round')
        .argParser(duration({ min: 200, max: 600_000 }))
        .default(2500, formatDuration(2500))
    )
    .addOption(
      new Option('--connections <count>', 'connections of the load')
        .argParser(wholeNumber({ min: 1, max: 10_000 }))
        .default(50)
    )
    .addOption(
      new Option('--in-flight <count>', 'Submits outstanding on each')
        .argParser(wholeNumber({ min: 1, max: 10_000 }))
        .default(100)
    )
    .option('--json', 'print one JSON object', false)
    .addHelpText('after', examples)
    .exitOverride()
    .action(demo)
}

async function demo(flags: DemoFlags): Promise<void> {
  const progress = progressView(process.stderr)
  await interruptible(async signal => {
    const experiment = await withOwnServer({ preset: 'baseline' }, ({ url, framePort, options: { workers } }) => {
      process.stderr.write(`Server on 127.0.0.1:${framePort}, ${inWords(workers, 'worker')}; control plane ${url}\n`)
      return runExperiment(createLabClient(url), orderOf(flags), progress, signal)
    }).finally(() => progress.end())
    if (signal.aborted) {
      process.stderr.write('Stopped. Nothing of it keeps running.\n')
      process.exitCode = 130
      return
    }
    report(flags, experiment)
    if (experiment.state !== 'done') process.exitCode = 1
  })
}

function orderOf({ rounds, block, connections, inFlight }: DemoFlags) {
  return {
    arms: presetNames.map(name => ({ name, preset: name })),
    pairs: rounds,
    blockSeconds: block / 1000,
    washOutSeconds: WASH_OUT_SECONDS,
    load: { connections, inFlight, payloadBytes: 20 },
    // A slow stage is what it is about.
    guards: { errorRate: null, p99Factor: null, loopDelayMs: null, rssBytes: null }
  }
}

function report(flags: DemoFlags, experiment: ExperimentReport): void {
  const stages = stagesOf(experiment)
  process.stdout.write(flags.json ? jsonOf(flags, experiment, stages) : textOf(flags, experiment, stages))
}

function jsonOf(
  { connections, inFlight, block }: DemoFlags,
  experiment: ExperimentReport,
  stages: readonly Stage[]
): string {
  const machine = {
    cpu: experiment.environment.cpu,
    cores: cpus().length,
    platform: platform(),
    arch: arch(),
    node: process.version
  }
  const { version } = packageInfo
  const load = { connections, inFlight, payloadBytes: 20 }
  const { workers } = experiment.environment
  return `${JSON.stringify({ version, machine, workers, load, blockMs: block, stages, experiment })}\n`
}

function textOf(
  { connections, inFlight, rounds, block }: DemoFlags,
  experiment: ExperimentReport,
  stages: readonly Stage[]
): string {
  const { error, environment, selfTest } = experiment
  return `
${inWords(environment.workers, 'worker')}, ${inWords(connections, 'connection')} with ${inFlight} Submits in flight each, 20 bytes of payload.
Medians of ${inWords(rounds, 'round')} of ${formatDuration(block)} blocks; ×/÷ is the ratio to '${stages[0]?.name}' in the same round, median and range.

${stageTable(stages)}

${error === null ? conclusion(stages) : `It ended early: ${error}.`}
${verdictLines(experiment)}
${selfTest === null ? '' : `  Self-test: ${selfTest.sentence}\n`}
Next: npm start, open the API at http://127.0.0.1:8889/documentation, and switch one thing at a time under load of your own;
or let framelab compare two settings: npx framelab compare baseline pooled
`
}

const inWords = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`

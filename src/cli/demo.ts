import { arch, cpus, platform } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { SingleBar } from 'cli-progress'
import { Command, Option } from 'commander'
import { createLabClient, dataOf, type LabClient } from '../client/client.ts'
import { formatDuration } from '../contract/duration.ts'
import { type PresetName, presetNames } from '../contract/optimizations.ts'
import { optionsSchema } from '../contract/options.ts'
import { type Block, blockBetween } from '../experiments/block.ts'
import { balancedRounds } from '../experiments/design.ts'
import { type StageSummary, summarizeStages } from '../experiments/stage-summary.ts'
import { stepVerdicts } from '../experiments/step-verdicts.ts'
import { LoadProcess } from '../loadgen/load-process.ts'
import { conclusion, stageTable, verdictLines } from './demo-report.ts'
import { duration, wholeNumber } from './load-flags.ts'
import { packageInfo } from './package-info.ts'
import { runServer } from './run-server.ts'

interface DemoFlags {
  readonly rounds: number
  readonly block: number
  readonly connections: number
  readonly inFlight: number
  readonly json: boolean
}

/** After a switch, this long is not measured: the compiler and the queues settle. */
const WASH_OUT_MS = 500

const examples = `
Examples:
  framelab demo                     six rounds of three stages, a minute in all
  framelab demo --rounds 2          a quick look
  framelab demo --in-flight 1       one Submit at a time: where batching has nothing to batch
  framelab demo --json > demo.json  for machines: one JSON object on stdout, progress on stderr

It uses free ports, so it collides with nothing. Ctrl-C stops all it has started.`

/** `framelab demo`: a server, load, and the stages of the lesson measured against each other on the running server. */
export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'Watch one running server go from the naive baseline to the optimised stages, measured under real load.'
    )
    .addOption(
      new Option('--rounds <count>', 'rounds; each measures every stage once')
        .argParser(wholeNumber({ min: 1, max: 100 }))
        .default(6)
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
  const options = optionsSchema.parse({ framePort: 0, httpPort: 0, preset: 'baseline', logLevel: 'warn' })
  const server = await runServer(options)
  const load = new LoadProcess()
  const interruption = new AbortController()
  const interrupt = (): void => interruption.abort()
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  try {
    const url = `http://127.0.0.1:${server.httpPort}`
    process.stderr.write(
      `Server on 127.0.0.1:${server.framePort}, ${inWords(options.workers, 'worker')}; control plane ${url}\n`
    )
    await load.start({
      host: options.frameHost,
      port: server.framePort,
      connections: flags.connections,
      inFlight: flags.inFlight,
      payloadBytes: 20,
      durationMs: null,
      warmUpMs: 0,
      dialect: options.wire
    })
    const rounds = await measure(createLabClient(url), load, flags, interruption.signal)
    const figures = await load.stop()
    const stages = summarizeStages(presetNames, rounds)
    const faults = { lost: figures.lost, errors: figures.errors }
    report(flags, options.workers, rounds, stages, faults)
    if (faults.lost > 0 || Object.keys(faults.errors).length > 0) process.exitCode = 1
  } catch (error) {
    if (!interruption.signal.aborted) throw error
    process.stderr.write('\nStopped. Nothing of it keeps running.\n')
    process.exitCode = 130
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
    load.kill()
    server.kill()
    await server.stopped
  }
}

/** Every stage once a round, in balanced orders, on the same running server, switched by REST. */
async function measure(
  lab: LabClient,
  load: LoadProcess,
  { rounds, block: blockMs }: DemoFlags,
  signal: AbortSignal
): Promise<Map<PresetName, Block>[]> {
  const plan = balancedRounds(presetNames, rounds)
  const progress = progressOf(plan.length * presetNames.length)
  const measured: Map<PresetName, Block>[] = []
  // Once unmeasured: a stage that the compiler has never seen would pay for that in its first round.
  for (const preset of presetNames) {
    progress.show(0, `warming up '${preset}'`)
    await usePreset(lab, preset)
    await sleep(2 * WASH_OUT_MS, undefined, { signal })
  }
  for (const [index, order] of plan.entries()) {
    const round = new Map<PresetName, Block>()
    for (const preset of order) {
      const done = index * presetNames.length + round.size
      progress.show(done, `round ${index + 1} of ${plan.length}: ${preset.padEnd(8)}`)
      await usePreset(lab, preset)
      await sleep(WASH_OUT_MS, undefined, { signal })
      const [before] = await Promise.all([dataOf(lab.GET('/api/v1/server')), load.mark()])
      await sleep(blockMs, undefined, { signal })
      const [after, figures] = await Promise.all([dataOf(lab.GET('/api/v1/server')), load.mark()])
      round.set(preset, blockBetween(before, after, figures.latency))
    }
    measured.push(round)
  }
  progress.end()
  return measured
}

async function usePreset(lab: LabClient, preset: PresetName): Promise<void> {
  await dataOf(lab.PATCH('/api/v1/optimizations', { body: { preset, by: 'framelab demo' } }))
}

/** On stderr: a bar for a person, a line for each block otherwise. */
function progressOf(total: number): { show(done: number, what: string): void; end(): void } {
  if (!process.stderr.isTTY) {
    return {
      show: (done, what) => process.stderr.write(`${done} of ${total} blocks: ${what.trimEnd()}\n`),
      end: () => {}
    }
  }
  const bar = new SingleBar({
    stream: process.stderr,
    format: ' {bar} {percentage}%  {what}  about {eta_formatted} left',
    hideCursor: true,
    clearOnComplete: true,
    etaBuffer: 4
  })
  bar.start(total, 0, { what: '' })
  return { show: (done, what) => bar.update(done, { what }), end: () => bar.stop() }
}

function report(
  flags: DemoFlags,
  workers: number,
  rounds: readonly Map<PresetName, Block>[],
  stages: readonly StageSummary[],
  faults: { lost: number; errors: object }
): void {
  const { connections, inFlight, block } = flags
  const steps = stepVerdicts(presetNames, rounds)
  if (flags.json) {
    const [cpu] = cpus()
    const machine = {
      cpu: cpu?.model ?? 'unknown',
      cores: cpus().length,
      platform: platform(),
      arch: arch(),
      node: process.version
    }
    const load = { connections, inFlight, payloadBytes: 20, ...faults }
    const blocks = rounds.map(round => Object.fromEntries(round))
    process.stdout.write(
      `${JSON.stringify({ version: packageInfo.version, machine, workers, load, blockMs: block, stages, steps, rounds: blocks })}\n`
    )
    return
  }
  process.stdout.write(`
${inWords(workers, 'worker')}, ${inWords(connections, 'connection')} with ${inFlight} Submits in flight each, 20 bytes of payload.
Medians of ${inWords(rounds.length, 'round')} of ${formatDuration(block)} blocks; ×/÷ is the ratio to '${stages[0]?.name}' in the same round, median and range.

${stageTable(stages)}

${conclusion(stages)}
${steps.length > 0 ? `${verdictLines(steps)}\n` : ''}
Next: npm start, open the API at http://127.0.0.1:8889/documentation, and switch one thing at a time under load of your own.
`)
}

const inWords = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`

import type { ExperimentEnvironment, ExperimentReport } from '../../contract/experiment.ts'
import { escapeHtml } from '../../profiling/html.ts'
import { figureText } from './figure-text.ts'

export type Fact = readonly [name: string, value: string]

export function factList(facts: readonly Fact[]): string {
  return `<dl>${facts.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('\n')}</dl>`
}

export function requestFacts({ id, request, seed, startedAt, finishedAt }: ExperimentReport): Fact[] {
  const { design, pairs, blockSeconds, washOutSeconds, load, guards } = request
  const facts: Fact[] = [
    [
      'design',
      `${designs[design]}; ${pairs} pairs of blocks of ${blockSeconds} s, after ${washOutSeconds} s of wash-out`
    ],
    ['load', load === 'live' ? 'the traffic that there was' : loadInWords(load)],
    ['seed', `${seed}`],
    ['guards', guardsInWords(guards)]
  ]
  if (startedAt !== null) facts.push(['time', `${startedAt}${finishedAt === null ? '' : ` to ${finishedAt}`}`])
  return [...facts, ['experiment', id]]
}

function guardsInWords({ errorRate, p99Factor, loopDelayMs, rssBytes }: ExperimentReport['request']['guards']): string {
  const watched = [
    errorRate === null ? [] : `error rate over ${figureText(errorRate)}`,
    p99Factor === null ? [] : `p99 over ${figureText(p99Factor)} times that of the first arm`,
    loopDelayMs === null ? [] : `event-loop delay over ${figureText(loopDelayMs)} ms`,
    rssBytes === null ? [] : `resident memory over ${figureText(rssBytes / 2 ** 20)} MiB`
  ].flat()
  return watched.length === 0 ? 'none' : `would have ended it: ${watched.join(', ')}`
}

const designs = {
  switchback: 'switchback: one arm at a time on the whole server, in randomised balanced order',
  split: 'split: the arms at the same time on different workers, which swap half-way'
} as const

export function loadInWords(load: Exclude<ExperimentReport['request']['load'], 'live'>): string {
  const { connections, inFlight, payloadBytes, rate, arrival } = load
  const bytes = typeof payloadBytes === 'number' ? `${payloadBytes}` : `${payloadBytes.min} to ${payloadBytes.max}`
  const pace = rate === null ? `${inFlight} in flight on each` : `${figureText(rate)} frames/s due (${arrival})`
  return `${connections} connections, ${pace}, ${bytes} bytes of payload`
}

export function environmentFacts(environment: ExperimentEnvironment): Fact[] {
  const { cpu, cores, container, memoryBytes, loadAverage, node, v8, platform, arch, framelab, workers } = environment
  const facts: Fact[] = [
    ['CPU', `${cpu}, ${cores} cores; ${workers} ${workers === 1 ? 'worker' : 'workers'}`],
    ['load average', `${figureText(loadAverage)} when it began`],
    ['memory', `${figureText(memoryBytes / 2 ** 30)} GiB`]
  ]
  if (container !== null) {
    const cpus = container.cpus === null ? 'no limit of CPU' : `${figureText(container.cpus)} CPUs`
    const memory =
      container.memoryBytes === null ? 'no limit of memory' : `${figureText(container.memoryBytes / 2 ** 30)} GiB`
    facts.push(['container', `${cpus}, ${memory}`])
  }
  return [...facts, ['system', `${platform} ${arch}`], ['Node', `${node}, V8 ${v8}`], ['framelab', framelab]]
}

import { type ExperimentMetric, type ExperimentReport, experimentMetrics } from '../../contract/experiment.ts'

/**
 * The unit in which each metric is written, and what it is multiplied with to come to it. All are base units: benchstat
 * brings ns to sec by itself, but leaves a 0 where it is, which would then stand in a table of its own.
 */
const units: Readonly<Record<ExperimentMetric, readonly [unit: string, factor: number]>> = {
  cpuPerFrame: ['cpu-sec/frame', 1e-6],
  framesPerSecond: ['frames/s', 1],
  p50: ['p50-sec', 1e-6],
  p99: ['p99-sec', 1e-6],
  p999: ['p99.9-sec', 1e-6],
  gcPerMillionFrames: ['gc-sec/frame', 1e-9],
  allocatedPerFrame: ['B/frame', 1],
  readsPerFrame: ['reads/frame', 1],
  writesPerFrame: ['writes/frame', 1],
  errors: ['errors/frame', 1e-6]
}

/**
 * The blocks in the Go benchmark format (golang.org/design/14313-benchmark-format, with unit metadata): a line each, arm by
 * arm, because benchstat takes what comes first as the base. `benchstat -col /arm FILE` compares the arms. What differs
 * from run to run, such as the seed, stands in comments, so that files of two runs compare as well.
 */
export function benchmarkFormat(report: ExperimentReport): string {
  const { environment, request, arms, blocks, id, seed } = report
  const used = blocks.filter(({ excluded, frames }) => excluded === null && frames > 0)
  const configuration = {
    framelab: environment.framelab,
    node: environment.node,
    platform: `${environment.platform}/${environment.arch}`,
    cpu: environment.cpu,
    design: request.design,
    load: request.load === 'live' ? 'live' : JSON.stringify(request.load)
  }
  const lines = [
    `# experiment ${id}, seed ${seed}; compare the arms with: benchstat -col /arm FILE`,
    ...Object.entries(configuration).map(([key, value]) => `${key}: ${value.replace(/\s+/g, ' ')}`),
    ...experimentMetrics.map(({ name, better }) => `Unit ${units[name][0]} better=${better}`),
    ...arms.flatMap(({ name }, arm) =>
      used
        .filter(block => block.arm === arm)
        .map(block => {
          const values = experimentMetrics.flatMap(metric => {
            const value = block.figures[metric.name]
            const [unit, factor] = units[metric.name]
            return value === null ? [] : [`${(value * factor).toPrecision(9)} ${unit}`]
          })
          return [`BenchmarkFrame/arm=${nameOf(name)}-${environment.workers}`, block.frames, ...values].join('\t')
        })
    )
  ]
  return `${lines.join('\n')}\n`
}

/** A name ends at white space, and a slash would begin another part of it. */
function nameOf(arm: string): string {
  return arm.replace(/[\s/]+/g, '_')
}

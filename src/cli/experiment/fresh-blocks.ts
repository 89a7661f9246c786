import { setTimeout as sleep } from 'node:timers/promises'
import { createLabClient, dataOf, type LabClient, LabError } from '../../client/client.ts'
import type { ExperimentArm, ExperimentBlock, ExperimentReport } from '../../contract/experiment.ts'
import type { Options } from '../../contract/options.ts'
import { measuredBetween } from '../../experiments/server-figures.ts'
import { withOwnServer } from './own-server.ts'

export interface FreshPlan {
  readonly arms: readonly ExperimentArm[]
  readonly load: Exclude<ExperimentReport['request']['load'], 'live'>
  /** Pair by pair the arms by their indices. */
  readonly order: readonly (readonly number[])[]
  readonly blockSeconds: number
  /** Load before the block, in which the compiler does its work. */
  readonly warmUpSeconds: number
  readonly server: Partial<Options>
}

/** The confirmation is about CPU per frame. */
const notMeasured = { p50: null, p99: null, p999: null, allocatedPerFrame: null, errors: null }

/** The load outlasts its block, on whatever the machine may be busy with; it ends with its server. */
const LONGEST_DELAY_SECONDS = 60

/** Measures each block in a server of its own, whose workers never run with the switches of another arm. */
export async function freshBlocks(
  plan: FreshPlan,
  onProgress: (progress: number, what: string) => void,
  signal: AbortSignal
): Promise<ExperimentBlock[]> {
  const places = plan.order.flatMap((arms, pair) => arms.map(arm => ({ arm, pair })))
  const blocks: ExperimentBlock[] = []
  for (const [index, { arm, pair }] of places.entries()) {
    onProgress(
      index / places.length,
      `fresh process, pair ${pair + 1} of ${plan.order.length}: ${plan.arms[arm]?.name}`
    )
    const measured = await withOwnServer(plan.server, ({ url }) => freshBlock(createLabClient(url), plan, arm, signal))
    blocks.push({ index, pair, arm, ...measured })
  }
  return blocks
}

async function freshBlock(
  client: LabClient,
  { arms, load, blockSeconds, warmUpSeconds }: FreshPlan,
  arm: number,
  signal: AbortSignal
): Promise<Omit<ExperimentBlock, 'index' | 'pair' | 'arm'>> {
  await dataOf(client.PATCH('/api/v1/optimizations', { body: { ...arms[arm]?.switches, by: 'framelab compare' } }))
  const durationSeconds = warmUpSeconds + blockSeconds + LONGEST_DELAY_SECONDS
  const body = { ...load, durationSeconds, warmUpSeconds: 0, rampSeconds: 0 }
  const { id } = await dataOf(client.POST('/api/v1/load', { body }))
  const find = () => dataOf(client.GET('/api/v1/load/{id}', { params: { path: { id } } }))
  for (let run = await find(); run.state !== 'running'; run = await find()) {
    if (run.state !== 'queued') throw new LabError(`the load could not begin: ${run.problem ?? run.state}`, null)
    await sleep(50, undefined, { signal })
  }
  await sleep(warmUpSeconds * 1000, undefined, { signal })
  const startedAt = new Date().toISOString()
  const before = await dataOf(client.GET('/api/v1/server'))
  await sleep(blockSeconds * 1000, undefined, { signal })
  const after = await dataOf(client.GET('/api/v1/server'))
  const { seconds, frames, figures } = measuredBetween(before, after)
  return {
    ...{ startedAt, seconds, frames, workers: after.workers.map(({ id: worker }) => worker) },
    figures: { ...notMeasured, ...figures },
    externalBytesPerFrame: null,
    excluded: frames > 0 ? null : 'no traffic'
  }
}

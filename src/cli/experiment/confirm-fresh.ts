import type { FreshConfirmation } from '../../contract/confirmation.ts'
import type { ExperimentReport } from '../../contract/experiment.ts'
import type { Options } from '../../contract/options.ts'
import { confirmation } from '../../experiments/confirmation.ts'
import { balancedRounds } from '../../experiments/design.ts'
import { verdictsOf } from '../../experiments/metric-verdicts.ts'
import { freshBlocks } from './fresh-blocks.ts'
import type { ProgressView } from './progress-view.ts'

/** So many give an interval; more cost two servers and some seconds each. */
const MOST_PAIRS = 10
/** A compiler needs so much of the load to have compiled what it will; for very short blocks, four of them. */
const ENOUGH_WARM_UP_SECONDS = 2

/** The arms of an experiment once more, interleaved, each block in server processes of its own. */
export async function confirmFresh(
  live: ExperimentReport,
  server: Partial<Options>,
  progress: ProgressView,
  signal: AbortSignal
): Promise<FreshConfirmation> {
  const { load, blockSeconds, washOutSeconds } = live.request
  if (load === 'live') throw new RangeError('live traffic cannot be moved to another process')
  const pairs = Math.min(live.request.pairs, MOST_PAIRS)
  const order = balancedRounds(
    live.arms.map((_, arm) => arm),
    pairs
  )
  const warmUpSeconds = Math.max(washOutSeconds, Math.min(ENOUGH_WARM_UP_SECONDS, 4 * blockSeconds))
  const plan = { arms: live.arms, load, order, blockSeconds, warmUpSeconds, server }
  const blocks = await freshBlocks(plan, (done, what) => progress.show(done, what), signal)
  return confirmation(
    live,
    blocks,
    { pairs, blockSeconds },
    (before, after) => verdictsOf(blocks, before, after, live.request.margins).cpuPerFrame ?? null
  )
}

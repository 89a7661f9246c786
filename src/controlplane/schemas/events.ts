import { z } from 'zod'
import { SNAPSHOTS_KEPT } from '../events/event-hub.ts'
import { wholeNumberParameter } from './numbers.ts'

export const eventQuery = z.strictObject({
  history: wholeNumberParameter(0, SNAPSHOTS_KEPT)
    .default(60)
    .describe('how many snapshots of the past a new reader gets first, and what else happened meanwhile')
})

export const eventStream = z.string().meta({
  examples: [
    'id: mwu0i1zf-21\nevent: worker\ndata: {"at":"2026-01-02T03:04:05.678Z","worker":1,"state":"restarting"}\n\n'
  ]
})

/** Other headers are of no concern. An id of another run of the server counts as none. */
export const eventHeaders = z.object({
  'last-event-id': z.string().optional().describe('id of the last event known: what came after it is sent first')
})

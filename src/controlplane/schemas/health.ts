import { z } from 'zod'

export const aliveSchema = z
  .object({ status: z.literal('ok') })
  .meta({ id: 'Alive', description: 'The control plane answers.', examples: [{ status: 'ok' }] })

export const readySchema = z
  .object({ status: z.literal('ready') })
  .meta({ id: 'Ready', description: 'Frames are accepted.', examples: [{ status: 'ready' }] })

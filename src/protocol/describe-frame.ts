import type { Octets } from './octets.ts'
import type { FrameDescription } from './protocol.ts'
import { AFTER_ID_OFFSET, type AnswerCommands, COMMAND_OFFSET, ID_OFFSET, Request } from './wire.ts'

/** What is written in the whole frame `octets[start, end)`, as far as it can be told: it may be one that is refused. */
export function describeFrame(octets: Octets, start: number, end: number, answers: AnswerCommands): FrameDescription {
  const command = octets.view.getUint8(start + COMMAND_OFFSET)
  const named = Object.entries({ ...Request, ...answers }).find(([, known]) => known === command)
  const hasId = end - start >= AFTER_ID_OFFSET
  return {
    command,
    name: named?.[0] ?? null,
    id: hasId ? octets.bytes.subarray(start + ID_OFFSET, start + AFTER_ID_OFFSET) : null,
    bodyStart: start + ID_OFFSET
  }
}

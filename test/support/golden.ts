import { readFileSync } from 'node:fs'
import type { StreamReason } from '../../src/protocol/protocol-error.ts'
import type { Dialect } from './frames.ts'

interface GoldenFile {
  readonly before: { readonly frameHex: string; readonly ackFrameHex: string }
  readonly accepted: readonly {
    name: string
    payloadHex: string
    frameHex: string
    ackFrameHex: string
    idHex: string
  }[]
  readonly refused: readonly { name: string; streamHex: string; reason: StreamReason }[]
}

/** A frame that the original servers' codec made, and the ack that it must get. */
export interface AcceptedVector {
  readonly name: string
  readonly frame: Buffer
  readonly ack: Buffer
  readonly id: Buffer
  readonly payload: Buffer
}

/** A stream that must be refused, and why. */
export interface RefusedVector {
  readonly name: string
  readonly stream: Buffer
  readonly reason: StreamReason
}

const file = JSON.parse(readFileSync(new URL('../fixtures/frames.json', import.meta.url), 'utf8')) as GoldenFile
const hex = (text: string): Buffer => Buffer.from(text, 'hex')

export const goldenMaxFrameBytes = 1_048_576

export const accepted: readonly AcceptedVector[] = file.accepted.map(vector => ({
  name: vector.name,
  frame: hex(vector.frameHex),
  ack: hex(vector.ackFrameHex),
  id: hex(vector.idHex),
  payload: hex(vector.payloadHex)
}))

export const refused: readonly RefusedVector[] = file.refused.map(vector => ({
  name: vector.name,
  stream: hex(vector.streamHex),
  reason: vector.reason
}))

/** What every refused stream is tried after. */
export const before = { frame: hex(file.before.frameHex), ack: hex(file.before.ackFrameHex) }

/** The vectors are told in the compiled dialect; in the documented one every answer's command is one higher. */
export function inDialect(frame: Buffer, dialect: Dialect): Buffer {
  const told = Buffer.from(frame)
  const command = told[4] ?? 0
  if (dialect === 'documented' && command >= 0x80 && command <= 0x83) told[4] = command + 1
  return told
}

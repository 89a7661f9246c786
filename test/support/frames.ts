/** Frames made by hand, so that the tests do not believe what the code under test says about the wire. */

const answers = {
  compiled: { conn: 0x80, submit: 0x81, pong: 0x82, close: 0x83 },
  documented: { conn: 0x81, submit: 0x82, pong: 0x83, close: 0x84 }
}
export type Dialect = keyof typeof answers
export const dialects: readonly Dialect[] = ['compiled', 'documented']

export const ACK_BYTES = 14
export const ECHO_BYTES = 13

/** Any command with any body. */
export function frame(command: number, ...body: readonly (Uint8Array | number[])[]): Buffer {
  const rest = Buffer.concat(body.map(part => Buffer.from(part)))
  const whole = Buffer.alloc(5 + rest.byteLength)
  whole.writeUInt32BE(whole.byteLength, 0)
  whole[4] = command
  rest.copy(whole, 5)
  return whole
}

/** Eight bytes that tell a number. */
export function idOf(number: number): Buffer {
  const id = Buffer.alloc(8)
  id.writeBigUInt64BE(BigInt(number))
  return id
}

export const conn = (id: Buffer, payload: Uint8Array = Buffer.alloc(0)): Buffer => frame(0x01, id, payload)
export const submit = (id: Buffer, payload: Uint8Array = Buffer.alloc(0)): Buffer => frame(0x02, id, payload)
export const ping = (id: Buffer): Buffer => frame(0x03, id)
export const close = (id: Buffer): Buffer => frame(0x04, id)

export const connAck = (id: Buffer, dialect: Dialect = 'compiled'): Buffer => frame(answers[dialect].conn, id, [0])
export const submitAck = (id: Buffer, result = 0, dialect: Dialect = 'compiled'): Buffer =>
  frame(answers[dialect].submit, id, [result])
export const pong = (id: Buffer, dialect: Dialect = 'compiled'): Buffer => frame(answers[dialect].pong, id)
export const closeAck = (id: Buffer, dialect: Dialect = 'compiled'): Buffer => frame(answers[dialect].close, id)

/** Submits with ids from `first` on, all with a payload of so many bytes. */
export function submits(count: number, payloadBytes = 20, first = 0): Buffer {
  return numbered(submit(idOf(0), Buffer.alloc(payloadBytes, 'payload-')), count, first)
}

/** The acks of those Submits. */
export function submitAcks(count: number, first = 0, result = 0): Buffer {
  return numbered(submitAck(idOf(0), result), count, first)
}

function numbered(template: Buffer, count: number, first: number): Buffer {
  const frames = Buffer.alloc(count * template.byteLength, template)
  for (let index = 0; index < count; index++) {
    frames.writeUInt32BE(first + index, index * template.byteLength + 9)
  }
  return frames
}

/**
 * The numbers and the grammar of the wire. No other file knows them.
 *
 *   frame     = totalLength:u32be  packet          totalLength counts itself: 4 + size of packet
 *   packet    = command:u8  body
 *
 *   Conn      0x01  id:8  payload*                 ConnAck    0x80  id:8  result:u8
 *   Submit    0x02  id:8  payload*                 SubmitAck  0x81  id:8  result:u8
 *   Ping      0x03  id:8                           Pong       0x82  id:8
 *   Close     0x04  id:8                           CloseAck   0x83  id:8
 *
 * `id` is eight bytes, echoed untouched. Acks come in the order of the Submits of their connection.
 */

/** Size of totalLength. It counts itself. */
export const LENGTH_FIELD_BYTES = 4
export const COMMAND_BYTES = 1
export const ID_BYTES = 8
export const RESULT_BYTES = 1

/** Where the parts stand, counted from a frame's first byte. */
export const COMMAND_OFFSET = LENGTH_FIELD_BYTES
export const ID_OFFSET = COMMAND_OFFSET + COMMAND_BYTES
/** A request's payload and an answer's result both follow the id. */
export const AFTER_ID_OFFSET = ID_OFFSET + ID_BYTES

/** The shortest frame there can be: a length and a command. */
export const MIN_FRAME_BYTES = LENGTH_FIELD_BYTES + COMMAND_BYTES
/** Every request carries an id, so a whole request is never shorter. */
export const MIN_REQUEST_BYTES = AFTER_ID_OFFSET
/** ConnAck and SubmitAck. */
export const ACK_FRAME_BYTES = AFTER_ID_OFFSET + RESULT_BYTES
/** Pong and CloseAck carry the id and nothing else. */
export const ECHO_FRAME_BYTES = AFTER_ID_OFFSET

export const DEFAULT_MAX_FRAME_BYTES = 1024 * 1024

export const Request = { Conn: 0x01, Submit: 0x02, Ping: 0x03, Close: 0x04 } as const

/**
 * Two dialects. `compiled` is what the original server's constants compile to and what its clients expect on the wire;
 * `documented` is what its comments say. They differ by one in every answer's command.
 */
export const wireDialects = ['compiled', 'documented'] as const
export type WireDialect = (typeof wireDialects)[number]

export interface AnswerCommands {
  readonly ConnAck: number
  readonly SubmitAck: number
  readonly Pong: number
  readonly CloseAck: number
}

export const answerCommands: Readonly<Record<WireDialect, AnswerCommands>> = {
  compiled: { ConnAck: 0x80, SubmitAck: 0x81, Pong: 0x82, CloseAck: 0x83 },
  documented: { ConnAck: 0x81, SubmitAck: 0x82, Pong: 0x83, CloseAck: 0x84 }
}

/** What an ack says of its request. */
export const Result = {
  ok: 0,
  /** The handler refused it, threw, or its promise was rejected. */
  refused: 1,
  /** The server is draining or overloaded; send it elsewhere or later. */
  unavailable: 2
} as const

import { Result } from '../protocol/wire.ts'

const ok = Result.ok

/** A Submit as its handler sees it. With `packetPool` on it is borrowed: valid until the handler has ended, then given back. */
export interface Submit {
  /** Eight bytes, to be echoed in the ack; opaque. */
  readonly id: Buffer
  readonly payload: Buffer
  readonly payloadBytes: number
}

/** 0 is accepted; 1 to 255 is sent to the peer as it is. */
export type SubmitResult = number

/**
 * What is done with a Submit between its arrival and its ack. May answer at once or later; acks keep the order of the
 * Submits either way. A handler that throws, is rejected, or gives no result is answered with result 1.
 */
export interface SubmitHandler {
  readonly name: string
  /**
   * True promises that `handle` never returns a promise and keeps nothing of the Submit. Then a pooled payload is a view of
   * the read buffer and is not copied. Otherwise it is copied into pooled memory, which lasts as long as the promise.
   */
  readonly synchronous: boolean
  handle(submit: Submit): SubmitResult | Promise<SubmitResult>
}

/** Accepts every Submit. */
export const acceptEverySubmit: SubmitHandler = {
  name: 'accept-every-submit',
  synchronous: true,
  handle: () => ok
}

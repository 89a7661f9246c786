import type { Submit, SubmitHandler } from '../../src/dataplane/submit-handler.ts'
import { inItsTime } from './frame-server.ts'

export interface PendingSubmit {
  readonly submit: Submit
  readonly number: number
  settle(result: number): void
  fail(error: unknown): void
}

/** A handler whose promises the test settles, one by one and in any order; Submits are numbered by their ids. */
export class PendingHandler {
  /** What has come and is not settled yet, in the order of arrival. */
  readonly waiting: PendingSubmit[] = []
  readonly handler: SubmitHandler = inItsTime(submit => {
    const number = Number(submit.id.readBigUInt64BE())
    return new Promise<number>((resolve, reject) => {
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(pending), 1)
      }
      const pending: PendingSubmit = {
        submit,
        number,
        settle: result => {
          leave()
          resolve(result)
        },
        fail: error => {
          leave()
          reject(error)
        }
      }
      this.waiting.push(pending)
    })
  })

  settleAll(result = 0): void {
    for (const pending of [...this.waiting]) pending.settle(result)
  }

  of(number: number): PendingSubmit {
    const found = this.waiting.find(pending => pending.number === number)
    if (found === undefined) throw new Error(`no Submit ${number} is with the handler`)
    return found
  }
}

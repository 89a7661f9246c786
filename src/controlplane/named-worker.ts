import { UnknownWorkerError } from './lab.ts'
import { invalidInput } from './problem.ts'

/** A worker that there is not is the fault of the filter that names it. */
export async function namingWorker<T>(place: 'query' | 'body', answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof UnknownWorkerError)) throw error
    const at = place === 'query' ? { parameter: 'worker' } : { pointer: '/filter/worker' }
    throw invalidInput([{ ...at, detail: error.message }])
  }
}

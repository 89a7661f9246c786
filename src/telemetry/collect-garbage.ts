import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collect: (() => void) | undefined

/** A full collection, now: some milliseconds of this thread, more with a large heap. */
export function collectGarbage(): void {
  collect ??= exposed()
  collect()
}

/** V8 has it in contexts that are made while this flag is set. */
function exposed(): () => void {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  setFlagsFromString('--no-expose-gc')
  return gc
}

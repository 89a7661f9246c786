import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Bytes of buffers that are in use: what nobody refers to any more is collected first, the second time for good. */
export function memoryHeld(): number {
  collectGarbage()
  collectGarbage()
  return process.memoryUsage().arrayBuffers
}

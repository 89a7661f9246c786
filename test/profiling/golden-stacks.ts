import { type PprofMeaning, pprof } from '../../src/profiling/pprof.ts'
import { readCpuProfile } from '../../src/profiling/read-cpu-profile.ts'
import { callFrame, cpuProfile } from './profiles.ts'

/** The stacks of the golden pprof files, before a change and after it. */

const read = callFrame('onSocketRead', 'src/dataplane/socket-adapter.ts', 41)
const exact = callFrame('read', 'src/dataplane/exact-reader.ts', 12)
const buffered = callFrame('read', 'src/dataplane/buffered-reader.ts', 20)
const decode = callFrame('decode', 'src/protocol/frame-decoder.ts', 30)
const write = callFrame('writeGeneric', 'node:internal/stream_base_commons', 150)
const [native, program, gc, idle] = ['writeBuffer', '(program)', '(garbage collector)', '(idle)'].map(name =>
  callFrame(name)
) as [typeof read, typeof read, typeof read, typeof read]

export const stacksBefore = readCpuProfile(
  cpuProfile([
    [[read, exact], 900_000],
    [[read, exact, decode], 300_000],
    [[read, write, native], 700_000],
    [[program], 80_000],
    [[gc], 20_000],
    [[idle], 1_000_000]
  ])
)

export const stacksAfter = readCpuProfile(
  cpuProfile([
    [[read, buffered], 100_000],
    [[read, buffered, decode], 300_000],
    [[read, write, native], 50_000],
    [[program], 50_000],
    [[idle], 2_500_000]
  ])
)

export const goldenMeaning: PprofMeaning = {
  type: 'cpu',
  periodType: 'cpu',
  unit: 'nanoseconds',
  period: 5_000_000,
  startedAt: new Date('2026-01-02T03:04:05Z'),
  durationSeconds: 3,
  comments: ['golden']
}

export function differenceOfWorkers(): Buffer {
  return pprof(
    [
      { tree: stacksAfter, self: stacksAfter.self, scale: 1 },
      { tree: stacksBefore, self: stacksBefore.self, scale: -1, isBase: true }
    ],
    goldenMeaning
  )
}

import { gzipSync } from 'node:zlib'
import {
  Label,
  Line,
  Location,
  Mapping,
  Function as PprofFunction,
  Profile,
  Sample,
  StringTable,
  ValueType
} from 'pprof-format'
import { qualifiedName } from './stack-frame.ts'
import { frameKey, type StackTree } from './stack-tree.ts'

/** What pprof is to call the weights. */
export interface PprofMeaning {
  readonly type: 'cpu' | 'alloc_space' | 'inuse_space'
  /** Of what samples are taken. Pyroscope and Parca know a kind of profile by both, as Go names them. */
  readonly periodType: 'cpu' | 'space'
  readonly unit: 'nanoseconds' | 'bytes'
  /** Weight of one sample. */
  readonly period: number
  readonly startedAt: Date
  readonly durationSeconds: number
  readonly comments?: readonly string[]
}

/** Stacks and what their weights are to be multiplied by. `isBase` marks them as pprof's -diff_base does. */
export interface PprofPart {
  readonly tree: StackTree
  readonly self: readonly number[]
  readonly scale: number
  readonly isBase?: boolean
}

/** A gzipped profile.proto, as every tool of pprof's kind reads it. Idle time is no cost and is left out. */
export function pprof(parts: readonly PprofPart[], meaning: PprofMeaning): Buffer {
  const strings = new StringTable()
  const functions: PprofFunction[] = []
  const locations: Location[] = []
  const locationIds = new Map<string, number>()
  const baseLabel = new Label({ key: strings.dedup('pprof::base'), str: strings.dedup('true') })

  const locationsOf = (tree: StackTree): number[] =>
    tree.frames.map(frame => {
      const key = frameKey(frame)
      const known = locationIds.get(key)
      if (known !== undefined) return known
      const id = locations.length + 1
      // pprof takes functions of one name for one function, wherever they are.
      const name = strings.dedup(qualifiedName(frame))
      const systemName = strings.dedup(frame.functionName)
      const filename = strings.dedup(frame.file)
      functions.push(new PprofFunction({ id, name, systemName, filename, startLine: frame.line }))
      locations.push(new Location({ id, mappingId: 1, line: [new Line({ functionId: id, line: frame.line })] }))
      locationIds.set(key, id)
      return id
    })

  const samples: Sample[] = []
  for (const { tree, self, scale, isBase = false } of parts) {
    const ids = locationsOf(tree)
    for (let node = 1; node < tree.size; node++) {
      const weight = Math.round((self[node] as number) * scale)
      if (weight === 0 || tree.frameAt(node)?.category === 'idle') continue
      const locationId: number[] = []
      for (let at = node; at > 0; at = tree.parents[at] as number)
        locationId.push(ids[tree.frameOf[at] as number] as number)
      samples.push(new Sample({ locationId, value: [weight], label: isBase ? [baseLabel] : [] }))
    }
  }

  const ofType = (type: string): ValueType =>
    new ValueType({ type: strings.dedup(type), unit: strings.dedup(meaning.unit) })
  const valueType = ofType(meaning.type)
  const profile = new Profile({
    sampleType: [valueType],
    sample: samples,
    // Says that names and places are all there: pprof would otherwise ask the server for symbols of addresses.
    mapping: [
      new Mapping({
        id: 1,
        filename: strings.dedup('framelab'),
        hasFunctions: true,
        hasFilenames: true,
        hasLineNumbers: true
      })
    ],
    location: locations,
    function: functions,
    stringTable: strings,
    timeNanos: BigInt(meaning.startedAt.getTime()) * 1_000_000n,
    durationNanos: BigInt(Math.round(meaning.durationSeconds * 1e9)),
    periodType: ofType(meaning.periodType),
    period: Math.max(1, Math.round(meaning.period)),
    comment: (meaning.comments ?? []).map(comment => strings.dedup(comment)),
    defaultSampleType: valueType.type
  })
  return gzipSync(profile.encode())
}

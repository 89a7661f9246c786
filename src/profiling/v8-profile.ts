import { MalformedProfileError } from './malformed-profile-error.ts'

/** What V8 hands out, as Chrome's DevTools save it. Lines and columns count from 0; -1 is none. */
export interface CallFrame {
  readonly functionName: string
  readonly scriptId: string
  readonly url: string
  readonly lineNumber: number
  readonly columnNumber: number
}

/** `.cpuprofile` */
export interface CpuProfile {
  readonly nodes: readonly CpuProfileNode[]
  readonly startTime: number
  readonly endTime: number
  /** Id of the node that was running; one for each of `timeDeltas`, in microseconds since the one before. */
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}
export interface CpuProfileNode {
  readonly id: number
  readonly callFrame: CallFrame
  readonly hitCount?: number
  readonly children?: readonly number[]
}

/** `.heapprofile` */
export interface HeapProfile {
  readonly head: HeapProfileNode
  readonly samples: readonly unknown[]
}
export interface HeapProfileNode {
  readonly id: number
  readonly callFrame: CallFrame
  readonly selfSize: number
  readonly children: readonly HeapProfileNode[]
}

const LONGEST_NAME = 500
const LONGEST_URL = 2_000

export function objectAt(value: unknown, place: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MalformedProfileError(place, 'is not an object')
  }
  return value as Record<string, unknown>
}

export function arrayAt(value: unknown, place: string, longest: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new MalformedProfileError(place, 'is not an array')
  if (value.length > longest)
    throw new MalformedProfileError(place, `has ${value.length} entries, more than ${longest}`)
  return value
}

export function numberAt(value: unknown, place: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new MalformedProfileError(place, 'is not a number')
  return value
}

export function idAt(value: unknown, place: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new MalformedProfileError(place, 'is not an id')
  return value as number
}

export function callFrameAt(value: unknown, place: string): CallFrame {
  const { functionName, url, lineNumber, columnNumber, scriptId } = objectAt(value, place)
  if (typeof functionName !== 'string') throw new MalformedProfileError(`${place}.functionName`, 'is not text')
  if (typeof url !== 'string') throw new MalformedProfileError(`${place}.url`, 'is not text')
  return {
    functionName: functionName.slice(0, LONGEST_NAME),
    scriptId: String(scriptId ?? 0).slice(0, LONGEST_NAME),
    url: url.slice(0, LONGEST_URL),
    lineNumber: numberAt(lineNumber ?? -1, `${place}.lineNumber`),
    columnNumber: numberAt(columnNumber ?? -1, `${place}.columnNumber`)
  }
}

import { performance } from 'node:perf_hooks'

/** It never changes, and asking for it costs more than what is done with it. */
const { timeOrigin } = performance

/** Milliseconds of this process's clock → of the calendar, whole as in a date that is written down. */
export const epochMs = (milliseconds: number): number => Math.trunc(timeOrigin + milliseconds)

export const isoTime = (epoch: number): string => new Date(epoch).toISOString()

/** To the millisecond: what is filtered and sorted by is what is shown. */
export const seconds = (milliseconds: number): number => Math.round(milliseconds) / 1000

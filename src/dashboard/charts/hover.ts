import { computed, signal } from '@preact/signals'
import { instant, timeline } from '../live/lab.ts'

/** The instant that is looked at on all charts, in seconds since 1970; null is now. */
export const looked = signal<number | null>(null)

/** Whether the pointer chose it, which every chart follows by itself, or the slider. */
export const lookedBy = signal<'pointer' | 'slider'>('pointer')

/** The same as a place in the timeline. */
export const lookedIndex = computed(() => {
  instant.value
  const last = timeline.length - 1
  const time = looked.value
  if (time === null || last < 0) return last
  const index = timeline.times.findIndex(at => at >= time)
  return index === -1 ? last : index
})

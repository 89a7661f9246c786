import { computed, signal } from '@preact/signals'
import { instant, markers, timeline } from '../live/lab.ts'
import type { Marker } from '../live/markers.ts'

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

/** A pointer is no more exact than this, of all that is shown. */
const NEAR_PART = 0.012

/** What happened about then; nothing as long as it is now that is looked at. */
export const lookedMarkers = computed((): readonly Marker[] => {
  const time = looked.value
  if (time === null) return []
  const near = ((timeline.times.at(-1) ?? 0) - (timeline.times[0] ?? 0)) * NEAR_PART + 1
  return markers.value.filter(marker => Math.abs(marker.time - time) <= near)
})

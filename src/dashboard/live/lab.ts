import { batch, computed, signal } from '@preact/signals'
import type { ChangeEvent, EventData, SnapshotEvent, StartEvent, WorkerEvent } from '../../contract/events.ts'
import type { ExperimentEvent } from '../../contract/experiment.ts'
import type { LoadRunReport } from '../../contract/load-run.ts'
import type { ProfileReport } from '../../contract/profile.ts'
import type { OptimizationsReport } from '../../contract/server-report.ts'
import { get, tokenWanted } from './api.ts'
import { EventStream } from './event-stream.ts'
import { type LoadSecond, valuesOf } from './figures.ts'
import {
  changeMarker,
  experimentMarker,
  isByExperiment,
  loadMarker,
  type Marker,
  profileMarker,
  workerMarker
} from './markers.ts'
import { Timeline } from './timeline.ts'

/** All that the page knows of the server, kept up to date by its events. */

export type Link =
  | { readonly state: 'connecting' | 'live' | 'paused' }
  | { readonly state: 'lost'; readonly since: number }

export const link = signal<Link>({ state: 'connecting' })
export const start = signal<StartEvent | null>(null)
export const snapshot = signal<SnapshotEvent | null>(null)
export const timeline = new Timeline()
/** Rises when the timeline has grown. */
export const instant = signal(0)
export const markers = signal<readonly Marker[]>([])
export const switches = signal<OptimizationsReport | null>(null)
export const changes = signal<readonly ChangeEvent[]>([])
export const loads = signal<ReadonlyMap<string, LoadRunReport>>(new Map())
export const profiles = signal<ReadonlyMap<string, ProfileReport>>(new Map())
export const experiments = signal<ReadonlyMap<string, ExperimentEvent>>(new Map())
/** Of the control plane's process, over the last seconds: percent of a core. */
export const planePercent = signal<number | null>(null)

export const workerIds = computed(() => (snapshot.value?.workers ?? []).map(({ id }) => id), {})
export const runningLoad = computed(() => [...loads.value.values()].find(isGoingOn) ?? null)

export function isGoingOn({ state }: { readonly state: string }): boolean {
  return state === 'queued' || state === 'running'
}

let load: LoadSecond | null = null
const planeCosts: { at: number; cpuSeconds: number }[] = []

const handlers: { readonly [Type in keyof EventData]?: (data: EventData[Type]) => void } = {
  start(event) {
    // Another run of the server: nothing of the old one holds for it.
    if (start.value !== null && start.value.startedAt !== event.startedAt) forget()
    start.value = event
  },
  snapshot(event) {
    snapshot.value = event
    timeline.push(Date.parse(event.at) / 1000, valuesOf(event, load))
    costOfPlane(event)
    instant.value++
  },
  change(event) {
    void refreshSwitches()
    if (isByExperiment(event)) return
    changes.value = [event, ...changes.value.filter(({ entry }) => entry.id !== event.entry.id)].slice(0, 100)
    mark(changeMarker(event))
  },
  worker(event: WorkerEvent) {
    mark(workerMarker(event, timeline.times.at(-1) ?? Date.now() / 1000))
  },
  drain(entry) {
    mark({
      id: `drain ${entry.id}`,
      time: Date.parse(entry.at) / 1000,
      kind: 'drain',
      name: 'drain',
      sentence: `drain by ${entry.by}`
    })
  },
  load(data) {
    const report = data as LoadRunReport
    const at =
      report.startedAt === null ? 0 : Date.parse(report.startedAt) / 1000 + (report.progress?.elapsedSeconds ?? 0)
    load = { atSeconds: at, report }
    loads.value = withOne(loads.value, report)
    mark(loadMarker(report))
  },
  profile(report) {
    profiles.value = withOne(profiles.value, report)
    mark(profileMarker(report))
  },
  experiment(data) {
    experiments.value = withOne(experiments.value, data)
    mark(experimentMarker(data))
  }
}

const stream = new EventStream({
  onOpen: () => {
    link.value = { state: 'live' }
    tokenWanted.value = null
    void refreshSwitches()
  },
  onEvents: events =>
    batch(() => {
      for (const { type, data } of events)
        (handlers[type as keyof EventData] as ((data: unknown) => void) | undefined)?.(data)
    }),
  onLost: () => {
    if (link.value.state !== 'lost') link.value = { state: 'lost', since: Date.now() }
  }
})

/** Begins to follow the server. A page that nobody sees asks for nothing, and catches up when it is seen again. */
export function follow(): void {
  const attend = (): void => {
    if (document.hidden) {
      stream.stop()
      link.value = { state: 'paused' }
    } else if (link.value.state !== 'live') stream.restart()
  }
  document.addEventListener('visibilitychange', attend)
  addEventListener('online', () => stream.restart())
  attend()
}

export function reconnect(): void {
  stream.restart()
}

let refreshing = false

/** The switches as they are; asked for after every change, as a change tells only of itself. */
export async function refreshSwitches(): Promise<void> {
  if (refreshing) return
  refreshing = true
  // Many changes may come at once, as after a pause.
  await Promise.resolve()
  refreshing = false
  try {
    const report = await get<OptimizationsReport>('/api/v1/optimizations')
    if ((switches.value?.revision ?? -1) <= report.revision) switches.value = report
  } catch {
    // The stream says that the server is away; the next change or connection asks again.
  }
}

function mark(marker: Marker | null): void {
  if (marker === null || markers.value.some(({ id }) => id === marker.id)) return
  markers.value = [...markers.value, marker].sort((a, b) => a.time - b.time).slice(-200)
}

function costOfPlane({ at, plane }: SnapshotEvent): void {
  planeCosts.push({ at: Date.parse(at) / 1000, cpuSeconds: plane.cpuSeconds })
  if (planeCosts.length > 10) planeCosts.shift()
  const [first] = planeCosts
  const last = planeCosts.at(-1)
  if (first === undefined || last === undefined || first === last) return
  planePercent.value = ((last.cpuSeconds - first.cpuSeconds) / (last.at - first.at)) * 100
}

function forget(): void {
  timeline.clear()
  planeCosts.length = 0
  load = null
  markers.value = []
  changes.value = []
  switches.value = null
  loads.value = new Map()
  profiles.value = new Map()
  experiments.value = new Map()
}

/** Newest last, in the order in which they came to be. */
export function withOne<Report extends { readonly id: string }>(
  known: ReadonlyMap<string, Report>,
  report: Report
): ReadonlyMap<string, Report> {
  return new Map([...known, [report.id, report]])
}

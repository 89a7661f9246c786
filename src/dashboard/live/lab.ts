import { batch, computed, signal } from '@preact/signals'
import type { AuditEntry } from '../../contract/audit.ts'
import type { EventData, SnapshotEvent, StartEvent, WorkerEvent } from '../../contract/events.ts'
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
  /** `why` is what the server says of it; null when nothing answers. */
  | { readonly state: 'lost'; readonly since: number; readonly why: string | null }

export const link = signal<Link>({ state: 'connecting' })
export const start = signal<StartEvent | null>(null)
export const snapshot = signal<SnapshotEvent | null>(null)
export const timeline = new Timeline()
/** Rises when the timeline has grown. */
export const instant = signal(0)
export const markers = signal<readonly Marker[]>([])
export const switches = signal<OptimizationsReport | null>(null)
/** Of switches, by people and programs, newest first. */
export const changes = signal<readonly AuditEntry[]>([])
export const loads = signal<ReadonlyMap<string, LoadRunReport>>(new Map())
export const profiles = signal<ReadonlyMap<string, ProfileReport>>(new Map())
export const experiments = signal<ReadonlyMap<string, ExperimentEvent>>(new Map())
/** Of the control plane's process, over the last seconds: percent of a core. */
export const planePercent = signal<number | null>(null)

const idsText = computed(() => (snapshot.value?.workers ?? []).map(({ id }) => id).join())
/** The same list as long as there are the same workers. */
export const workerIds = computed(() => (idsText.value === '' ? [] : idsText.value.split(',').map(Number)))
export const runningLoad = computed(() => [...loads.value.values()].find(isGoingOn) ?? null)

export function isGoingOn({ state }: { readonly state: string }): boolean {
  return state === 'queued' || state === 'running'
}

const CHANGES_KEPT = 100
const MARKERS_KEPT = 200

let load: LoadSecond | null = null
const planeCosts: { at: number; cpuSeconds: number }[] = []

const handlers: { readonly [Type in keyof EventData]?: (data: EventData[Type]) => void } = {
  start(event) {
    // Another run of the server: nothing of the old one holds for it.
    if (start.value !== null && start.value.startedAt !== event.startedAt) forget()
    start.value = event
    void refreshSwitches()
    void refreshChanges()
  },
  snapshot(event) {
    snapshot.value = event
    timeline.push(Date.parse(event.at) / 1000, valuesOf(event, load))
    costOfPlane(event)
    instant.value++
  },
  change({ entry }) {
    void refreshSwitches()
    know([entry])
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
  },
  onEvents: events =>
    batch(() => {
      for (const { type, data } of events)
        (handlers[type as keyof EventData] as ((data: unknown) => void) | undefined)?.(data)
    }),
  onLost: why => {
    const since = link.value.state === 'lost' ? link.value.since : Date.now()
    link.value = { state: 'lost', since, why }
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

/** Changes from before the history that the events begin with. */
async function refreshChanges(): Promise<void> {
  try {
    const { items } = await get<{ items: readonly AuditEntry[] }>(`/api/v1/audit?limit=${CHANGES_KEPT}`)
    know(items)
  } catch {
    // As with the switches.
  }
}

function know(entries: readonly AuditEntry[]): void {
  const news = entries.filter(
    entry => entry.changes.length > 0 && !isByExperiment(entry) && !changes.value.some(({ id }) => id === entry.id)
  )
  if (news.length === 0) return
  changes.value = [...news, ...changes.value].sort((a, b) => b.id - a.id).slice(0, CHANGES_KEPT)
  for (const entry of news) mark(changeMarker(entry))
}

function mark(marker: Marker | null): void {
  if (marker === null || markers.value.some(({ id }) => id === marker.id)) return
  markers.value = [...markers.value, marker].sort((a, b) => a.time - b.time).slice(-MARKERS_KEPT)
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

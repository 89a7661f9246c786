import { useSignal } from '@preact/signals'
import { lazy, Suspense } from 'preact/compat'
import { useEffect } from 'preact/hooks'
import type { ProfileKind, ProfileReport } from '../../contract/profile.ts'
import { factsOf } from '../../contract/profile-facts.ts'
import { get } from '../live/api.ts'
import { short } from '../live/units.ts'
import { Download } from '../parts/download.tsx'
import { Panel } from '../parts/panel.tsx'
import type { FlameGraphAnswer } from './flame-boxes.ts'
import { type FunctionRow, FunctionTable } from './function-table.tsx'
import { differencePath, nameOf } from './profile-requests.ts'

const FlameGraph = lazy(() => import('./flame-graph.tsx').then(module => module.FlameGraph))

interface DifferenceAnswer {
  readonly unit: string
  readonly warnings: readonly string[]
  readonly totals: { readonly before: number; readonly after: number }
  readonly rows: readonly FunctionRow[]
}

interface Loaded {
  readonly difference: DifferenceAnswer
  readonly graph: FlameGraphAnswer
}

/** One profile, or what has changed from one to another: in words, as a flame graph and as a table. */
export function Comparison({ before, after }: { readonly before: ProfileReport; readonly after: ProfileReport }) {
  const loaded = useSignal<Loaded | null>(null)
  const problem = useSignal<string | null>(null)
  const isDifference = before.id !== after.id
  // Nothing can be said per frame where no frame came.
  const norm = before.frames > 0 && after.frames > 0 ? 'frames' : 'seconds'
  const path = differencePath(before.id, after.id)

  useEffect(() => {
    loaded.value = null
    problem.value = null
    Promise.all([
      get<DifferenceAnswer>(`${path}?norm=${norm}`),
      get<FlameGraphAnswer>(`${path}/flame-graph?norm=${norm}`)
    ]).then(
      ([difference, graph]) => {
        loaded.value = { difference, graph }
      },
      (error: Error) => {
        problem.value = error.message
      }
    )
  }, [path, norm])

  const title = isDifference ? `${nameOf(before)} → ${nameOf(after)}` : nameOf(after)
  return (
    <Panel title={title} class="comparison" aside={isDifference && <Downloads path={path} norm={norm} name={title} />}>
      {problem.value !== null && (
        <p class="error" role="alert">
          {problem.value}
        </p>
      )}
      {loaded.value === null && problem.value === null && <p class="loading">Reading the profiles…</p>}
      {loaded.value !== null && (
        <>
          <p class="verdict">{sentence(loaded.value.difference, after.kind, isDifference)}</p>
          {(isDifference ? [before, after] : [after]).map(profile => (
            <p key={profile.id}>
              <small>
                {isDifference && <b>{profile === before ? 'before' : 'after'}</b>} {factsOf(profile).join(' · ')}
              </small>
            </p>
          ))}
          {isDifference &&
            loaded.value.difference.warnings.map(warning => (
              <p key={warning} class="warning">
                Note: {warning}.
              </p>
            ))}
          <Suspense fallback={<p class="loading">Drawing…</p>}>
            <FlameGraph graph={loaded.value.graph} isDifference={isDifference} />
          </Suspense>
          <FunctionTable
            rows={loaded.value.difference.rows}
            unit={loaded.value.difference.unit}
            isDifference={isDifference}
          />
        </>
      )}
    </Panel>
  )
}

function sentence({ totals, unit }: DifferenceAnswer, kind: ProfileKind, isDifference: boolean): string {
  const { before, after } = totals
  if (!isDifference) return `${short(after)} ${unit}${kind === 'cpu' ? ', without idle time' : ' allocated'}.`
  const ratio = before > 0 && after > 0 ? after / before : null
  const words =
    ratio === null
      ? 'nothing on one side'
      : Math.abs(ratio - 1) < 0.02
        ? 'about the same'
        : ratio > 1
          ? `${short(ratio)} times as much after`
          : `${short(1 / ratio)} times less after`
  return `${short(before)} ${unit} before, ${short(after)} after: ${words}.`
}

function Downloads({ path, norm, name }: { readonly path: string; readonly norm: string; readonly name: string }) {
  return (
    <span class="row">
      {['html', 'pprof', 'collapsed', 'json'].map(format => (
        <Download
          key={format}
          path={`${path}?norm=${norm}&format=${format}`}
          about={`${name} as ${format}`}
          {...(format === 'json' ? { fileName: 'framelab-difference.json' } : {})}
          isSmall
        >
          {format}
        </Download>
      ))}
    </span>
  )
}

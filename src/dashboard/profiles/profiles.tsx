import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { instant, isGoingOn, link, profiles } from '../live/lab.ts'
import { notifyProblem } from '../parts/notices.tsx'
import { Empty, Panel } from '../parts/panel.tsx'
import { CaptureForm } from './capture-form.tsx'
import { Comparison } from './comparison.tsx'
import { ProfileList } from './profile-list.tsx'
import { refreshProfiles } from './profile-requests.ts'

/** Where time and memory go, and what a change did to that. */
export function Profiles() {
  const picked = useSignal<{ before: string | null; after: string | null }>({ before: null, after: null })
  const all = [...profiles.value.values()].reverse()
  // Events tell of a profile's begin and end; how far it is, it says when it is asked.
  const isCapturing = all.some(isGoingOn)
  useEffect(() => {
    refreshProfiles().catch(notifyProblem)
  }, [link.value.state, isCapturing ? instant.value : 0])

  const after = profiles.value.get(picked.value.after ?? '')
  const before = picked.value.before === null ? after : profiles.value.get(picked.value.before)
  return (
    <div class="stack">
      <div class="columns">
        <CaptureForm />
        <Panel title="What to do with it">
          <p>
            Capture one, flip a switch, capture another. Pick the first as <b>before</b> and the second as <b>after</b>:
            the difference is per frame, so unequal load and length compare.
          </p>
          <p class="hint">
            Sampling costs a little itself; what it cost is written beside each profile and in its difference.
          </p>
        </Panel>
      </div>
      <Panel title="Profiles">
        {all.length === 0 ? (
          <Empty>None yet. Five seconds under load are enough for a first look.</Empty>
        ) : (
          <ProfileList
            profiles={all}
            before={picked.value.before}
            after={picked.value.after}
            onPick={(first, second) => {
              picked.value = { before: first, after: second }
            }}
          />
        )}
      </Panel>
      {picked.value.before !== null && after === undefined && <Empty>Now pick another one as “after”.</Empty>}
      {after !== undefined && before !== undefined && after.state === 'done' && before.state === 'done' && (
        <Comparison before={before} after={after} />
      )}
    </div>
  )
}

import { useEffect, useRef } from 'preact/hooks'
import { instant, isGoingOn, link, profiles } from '../live/lab.ts'
import { addressOf, parameter } from '../parts/address.ts'
import { FailedPart } from '../parts/failed-part.tsx'
import { notifyProblem } from '../parts/notices.tsx'
import { Empty, Panel } from '../parts/panel.tsx'
import { CaptureForm } from './capture-form.tsx'
import { Comparison } from './comparison.tsx'
import { ProfileList } from './profile-list.tsx'
import { refreshProfiles } from './profile-requests.ts'

/** Where time and memory go, and what a change did to that. */
export function Profiles() {
  const picked = { before: parameter('before'), after: parameter('after') }
  const opened = useRef<HTMLDivElement>(null)
  const all = [...profiles.value.values()].reverse()
  // Events tell of a profile's begin and end; how far it is, it says when it is asked.
  const isCapturing = all.some(isGoingOn)
  useEffect(() => {
    refreshProfiles().catch(notifyProblem)
  }, [link.value.state, isCapturing ? instant.value : 0])

  const after = profiles.value.get(picked.after ?? '')
  const before = picked.before === null ? after : profiles.value.get(picked.before)
  const isOpen = after?.state === 'done' && before?.state === 'done'
  useEffect(() => {
    if (!isOpen) return
    // It opens below the list, and whoever goes on by keyboard or screen reader goes on there.
    opened.current?.scrollIntoView()
    opened.current?.focus({ preventScroll: true })
  }, [isOpen, picked.before, picked.after])
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
            {...picked}
            onPick={(first, second) => {
              location.hash = addressOf('profiles', { before: first, after: second })
            }}
          />
        )}
        {picked.before !== null && picked.after === null && <Empty>Now pick another one as “after”.</Empty>}
      </Panel>
      {isOpen && (
        <div ref={opened} class="opened" tabIndex={-1}>
          <FailedPart key={`${picked.before} ${picked.after}`} what="The profile">
            <Comparison before={before} after={after} />
          </FailedPart>
        </div>
      )}
    </div>
  )
}

import { useEffect } from 'preact/hooks'
import type { ProfileReport } from '../../contract/profile.ts'
import { instant, isGoingOn, link, profiles, snapshot, withOne } from '../live/lab.ts'
import { count, short } from '../live/units.ts'
import { Action } from '../parts/action.tsx'
import { Progress } from '../parts/panel.tsx'
import { refreshProfiles } from '../profiles/profile-requests.ts'

const SECONDS = 4

/** Captures a profile under a name that the guide finds again, and says what it was. */
export function GuideProfile({
  label,
  profile
}: {
  readonly label: string
  readonly profile: ProfileReport | undefined
}) {
  const isOn = profile !== undefined && isGoingOn(profile)
  const isIdle = (snapshot.value?.rates.framesReceivedPerSecond ?? 0) === 0
  useEffect(() => {
    // Without it the rest of the guide goes on as before.
    refreshProfiles().catch(() => undefined)
  }, [link.value.state, isOn ? instant.value : 0])
  return (
    <>
      <p class="row">
        <Action<ProfileReport>
          request={{ method: 'POST', path: '/api/v1/profiles', body: { kind: 'cpu', seconds: SECONDS, label } }}
          kind={profile === undefined ? 'main' : 'plain'}
          disabled={isOn || isIdle}
          onDone={report => {
            profiles.value = withOne(profiles.value, report)
          }}
        >
          {profile === undefined ? `Capture ${SECONDS} seconds` : 'Capture again'}
        </Action>
        {isIdle && <span class="hint">Load first: an idle server has nothing to show.</span>}
      </p>
      {isOn && <Progress value={profile.progress} name={`Progress of ${label}`} />}
      {profile?.state === 'done' && (
        <p class="hint">
          {count(profile.frames)} frames, {short((profile.cpuSeconds / Math.max(1, profile.frames)) * 1e6)} µs of CPU
          each. It is on the <a href="#/profiles">Profiles</a> page.
        </p>
      )}
    </>
  )
}

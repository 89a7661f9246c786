import { useEffect } from 'preact/hooks'
import type { ProfileReport } from '../../contract/profile.ts'
import { instant, isGoingOn, link, profiles, withOne } from '../live/lab.ts'
import { count, microseconds } from '../live/units.ts'
import { Action } from '../parts/action.tsx'
import { addressOf } from '../parts/address.ts'
import { Progress } from '../parts/panel.tsx'
import { refreshProfiles } from '../profiles/profile-requests.ts'
import { isBusy } from './guide-state.ts'

const SECONDS = 4

export interface GuideProfileProps {
  readonly label: string
  readonly profile: ProfileReport | undefined
  readonly kind: 'main' | 'plain'
}

/** Captures a profile under a name that the guide finds again, and says what it was. */
export function GuideProfile({ label, profile, kind }: GuideProfileProps) {
  const isOn = profile !== undefined && isGoingOn(profile)
  useEffect(() => {
    // Without it the rest of the guide goes on as before.
    refreshProfiles().catch(() => undefined)
  }, [link.value.state, isOn ? instant.value : 0])
  return (
    <>
      <p class="row">
        <Action<ProfileReport>
          request={{ method: 'POST', path: '/api/v1/profiles', body: { kind: 'cpu', seconds: SECONDS, label } }}
          kind={kind}
          disabled={isOn || !isBusy.value}
          onDone={report => {
            profiles.value = withOne(profiles.value, report)
          }}
        >
          {profile === undefined ? `Capture ${SECONDS} seconds` : 'Capture again'}
        </Action>
        {!isBusy.value && <span class="hint">Load first: an idle server has nothing to show.</span>}
      </p>
      {isOn && <Progress value={profile.progress} name={`Progress of ${label}`} />}
      {profile?.state === 'failed' && <p class="error">{profile.error}</p>}
      {profile?.state === 'done' && (
        <p class="hint">
          {count(profile.frames)} frames, {microseconds((profile.cpuSeconds / Math.max(1, profile.frames)) * 1e6)} of
          CPU each: <a href={addressOf('profiles', { after: profile.id })}>where that went</a>.
        </p>
      )}
    </>
  )
}

import type { ProfileReport } from '../../contract/profile.ts'
import { isGoingOn } from '../live/lab.ts'
import { clockOf, count, duration, short } from '../live/units.ts'
import { Action, useSending } from '../parts/action.tsx'
import { Download } from '../parts/download.tsx'
import { Progress } from '../parts/panel.tsx'
import { downloadPath, formatsOf, nameOf, openInSpeedscope, refreshProfiles } from './profile-requests.ts'

export interface ProfileListProps {
  readonly profiles: readonly ProfileReport[]
  readonly before: string | null
  readonly after: string | null
  onPick(before: string | null, after: string | null): void
}

/** Every profile, newest first. One opens by itself; a second one picked as “before” makes it a difference. */
export function ProfileList({ profiles, before, after, onPick }: ProfileListProps) {
  /** Time and bytes do not compare. */
  const whyNot = ({ kind }: ProfileReport, other: string | null): string | null => {
    const against = profiles.find(({ id }) => id === other)?.kind ?? kind
    return against === kind ? null : `the other one is of ${against === 'cpu' ? 'CPU' : 'memory'}`
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable to be scrolled by keyboard
    <section class="scroll" aria-label="Profiles, scrolls sideways" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Profile</th>
            <th scope="col" class="text">
              Switches
            </th>
            <th scope="col">Frames</th>
            <th scope="col">Per frame</th>
            <th scope="col" class="text">
              Look at
            </th>
            <th scope="col" class="text">
              Take along
            </th>
          </tr>
        </thead>
        <tbody>
          {profiles.map(profile => (
            <Row
              key={profile.id}
              profile={profile}
              before={before}
              after={after}
              whyNotBefore={whyNot(profile, after)}
              whyNotAfter={whyNot(profile, before)}
              onPick={onPick}
            />
          ))}
        </tbody>
      </table>
    </section>
  )
}

interface RowProps extends Omit<ProfileListProps, 'profiles'> {
  readonly profile: ProfileReport
  readonly whyNotBefore: string | null
  readonly whyNotAfter: string | null
}

function Row(props: RowProps) {
  const { profile, before, after } = props
  const { id, kind, state, frames } = profile
  const name = nameOf(profile)
  return (
    <tr class={id === after || id === before ? 'picked' : ''}>
      <th scope="row" class="wrap">
        <b>{name}</b>
        <br />
        <small>
          {kind === 'cpu' ? 'CPU' : 'memory'}, {clockOf(profile.createdAt)}, {duration(profile.seconds)}, worker{' '}
          {profile.workers.join(', ')}
        </small>
      </th>
      <td class="text wrap">{switchesInWords(profile)}</td>
      {state === 'done' ? (
        <>
          <td>{count(frames)}</td>
          <td>{costPerFrame(profile)}</td>
          <td class="text">
            <Picks {...props} />
          </td>
        </>
      ) : (
        <td colSpan={3} class="text">
          {isGoingOn(profile) ? (
            <Progress value={profile.progress} name={`Progress of ${name}`} />
          ) : (
            (profile.error ?? state)
          )}
        </td>
      )}
      <td class="text">
        <TakeAlong profile={profile} />
      </td>
    </tr>
  )
}

function Picks({ profile, before, after, whyNotBefore, whyNotAfter, onPick }: RowProps) {
  const { id } = profile
  const name = nameOf(profile)
  const isOpen = id === after && before === null
  return (
    <span class="row together">
      <button
        type="button"
        class={isOpen ? 'small chosen' : 'small'}
        aria-pressed={isOpen}
        aria-label={`open ${name}`}
        onClick={() => onPick(null, id)}
      >
        Open
      </button>
      <button
        type="button"
        class={id === before ? 'small chosen' : 'small'}
        aria-pressed={id === before}
        aria-label={`take ${name} as before`}
        disabled={whyNotBefore !== null}
        title={whyNotBefore ?? undefined}
        onClick={() => onPick(id === before ? null : id, after)}
      >
        before
      </button>
      <button
        type="button"
        class={id === after && before !== null ? 'small chosen' : 'small'}
        aria-pressed={id === after && before !== null}
        aria-label={`take ${name} as after`}
        disabled={whyNotAfter !== null}
        title={whyNotAfter ?? undefined}
        onClick={() => onPick(before, id === after && before !== null ? null : id)}
      >
        after
      </button>
    </span>
  )
}

function TakeAlong({ profile }: { readonly profile: ProfileReport }) {
  const { isSending, run } = useSending()
  const request = { method: 'DELETE', path: `/api/v1/profiles/${profile.id}` } as const
  const name = nameOf(profile)
  return (
    <span class="row together">
      {profile.state === 'done' && (
        <>
          {formatsOf(profile).map(format => (
            <Download key={format} path={downloadPath(profile.id, format)} about={`${name} as ${format}`} isSmall>
              {format}
            </Download>
          ))}
          <button
            type="button"
            class="small"
            disabled={isSending}
            aria-label={`open ${name} in speedscope`}
            onClick={() => run(() => openInSpeedscope(profile))}
          >
            speedscope <span aria-hidden="true">↗</span>
          </button>
        </>
      )}
      <Action
        request={request}
        name={`${isGoingOn(profile) ? 'cancel' : 'delete'} ${name}`}
        onDone={() => void refreshProfiles()}
      >
        {isGoingOn(profile) ? 'Cancel' : 'Delete'}
      </Action>
    </span>
  )
}

function switchesInWords({ switches }: ProfileReport): string {
  const on = Object.entries(switches).flatMap(([name, enabled]) =>
    enabled === false ? [] : [enabled === 'mixed' ? `${name} (mixed)` : name]
  )
  return on.length === 0 ? 'all off' : on.join(', ')
}

function costPerFrame({ kind, frames, cpuSeconds, sampled }: ProfileReport): string {
  if (frames === 0) return '–'
  return kind === 'cpu' ? `${short((cpuSeconds / frames) * 1e9)} ns` : `${short(sampled.amount / frames)} bytes`
}

import type { ProfileReport } from '../../contract/profile.ts'
import { fetchFrom, get, refusalOf } from '../live/api.ts'
import { profiles, withOne } from '../live/lab.ts'

const path = '/api/v1/profiles'

export async function refreshProfiles(): Promise<void> {
  const { items } = await get<{ items: readonly ProfileReport[] }>(`${path}?limit=200`)
  profiles.value = items.toReversed().reduce(withOne, new Map() as ReadonlyMap<string, ProfileReport>)
}

export const nameOf = ({ label, id }: ProfileReport): string => label ?? id

/** Formats that a profile of this kind can be had in. */
export function formatsOf({ kind }: ProfileReport): readonly string[] {
  return [kind === 'cpu' ? 'cpuprofile' : 'heapprofile', 'pprof', 'collapsed']
}

export const downloadPath = (id: string, format: string): string => `${path}/${id}/download?format=${format}`
export const differencePath = (before: string, after: string): string => `${path}/${after}/diff/${before}`

/**
 * Opens a profile in speedscope, in a tab of its own. It is handed over as what this page has fetched, as speedscope could
 * not send a token.
 */
export async function openInSpeedscope(report: ProfileReport): Promise<void> {
  // Opened at once: a browser allows it only in answer to a click.
  const tab = window.open('about:blank', '_blank')
  try {
    const response = await fetchFrom(downloadPath(report.id, formatsOf(report)[0] as string))
    if (!response.ok) throw await refusalOf(response)
    const address = URL.createObjectURL(await response.blob())
    // It takes a plus for a plus, so this is no form's encoding.
    const hash = `profileURL=${encodeURIComponent(address)}&title=${encodeURIComponent(nameOf(report))}`
    if (tab === null) throw new Error('This browser does not let the page open another one.')
    tab.location.href = `/speedscope/#${hash}`
  } catch (error) {
    tab?.close()
    throw error
  }
}

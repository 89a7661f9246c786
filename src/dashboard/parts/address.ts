import { computed, signal } from '@preact/signals'

/** Which page one is on, and what is chosen on it: both are in the address, so that they can be linked to and gone back to. */

const hash = signal(location.hash)
addEventListener('hashchange', () => {
  hash.value = location.hash
})

export const pageName = computed(() => hash.value.replace(/^#\/?/, '').split('?')[0] ?? '')

export function parameter(name: string): string | null {
  return new URLSearchParams(hash.value.split('?')[1]).get(name)
}

export function addressOf(page: string, parameters: Readonly<Record<string, string | null>> = {}): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== null)
  return `#/${page}${given.length === 0 ? '' : `?${new URLSearchParams(given)}`}`
}

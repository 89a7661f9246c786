import { BlockList, isIP } from 'node:net'
import type { ConnectionFilter, ConnectionInfo } from '../../src/contract/snapshot.ts'

/** What a filter means, told once more in the simplest words, with Node's own list of address blocks. */
export function matchesFilter(connection: ConnectionInfo, filter: ConnectionFilter): boolean {
  const { state = 'live', worker, address, reason } = filter
  const { minIdleSeconds = 0, minAgeSeconds = 0, minPendingBytes = 0 } = filter
  return [
    state === 'live' ? connection.state !== 'closed' : connection.state === state,
    worker === undefined || connection.worker === worker,
    reason === undefined || connection.reason === reason,
    connection.idleSeconds >= minIdleSeconds,
    connection.ageSeconds >= minAgeSeconds,
    connection.pendingBytes >= minPendingBytes,
    address === undefined || isIn(connection.peer.address, address)
  ].every(Boolean)
}

export function isIn(address: string, block: string): boolean {
  const [first = '', prefix] = block.split('/')
  const list = new BlockList()
  if (prefix === undefined) list.addAddress(first, familyOf(first))
  else list.addSubnet(first, Number(prefix), familyOf(first))
  return list.check(address, familyOf(address))
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

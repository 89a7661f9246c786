import { BlockList, isIP } from 'node:net'

/** A name, IPv4 address or bracketed IPv6 address with an optional port, and nothing else that a URL could hold. */
const hostHeader = /^(\[[\da-f:.]+\]|[^\s/:?#[\]@\\]+)(:\d{1,5})?$/i

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Of an IP address; a name is none. */
export function isLoopbackAddress(address: string): boolean {
  const version = isIP(address)
  return version !== 0 && loopback.check(address, version === 6 ? 'ipv6' : 'ipv4')
}

/**
 * Which Host headers are answered: loopback addresses, 'localhost', the address listened on, and the names given; each
 * with any port. A name of an attacker that resolves to this machine is none of them. Listening on all addresses
 * (0.0.0.0 or ::) allows every IP address: a browser that uses one has asked no name server.
 */
export function hostPolicy(httpHost: string, names: readonly string[]): (header: string) => boolean {
  const allowed = new Set(
    ['localhost', httpHost, ...names].map(name => hostnameOf(isIP(name) === 6 ? `[${name}]` : name))
  )
  const allAddresses = allowed.has('0.0.0.0') || allowed.has('::')

  return header => {
    const hostname = hostnameOf(header)
    if (hostname === null) return false
    const version = isIP(hostname)
    const isAllowedAddress = version !== 0 && (allAddresses || isLoopbackAddress(hostname))
    return isAllowedAddress || allowed.has(hostname)
  }
}

/** In the spelling that URLs compare by: lower case, addresses in their shortest form; null for what is no host. */
function hostnameOf(header: string): string | null {
  if (!hostHeader.test(header) || !URL.canParse(`http://${header}`)) return null
  return new URL(`http://${header}`).hostname.replace(/^\[|\]$/g, '')
}

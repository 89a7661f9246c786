import { wordsOf } from './address-block.ts'

/**
 * Who it is, as far as an address tells: of IPv6 its first 64 bits, of which one customer has all the rest to himself; an IPv4
 * address mapped into IPv6 is that IPv4 address.
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  const [high, low] = wordsOf(address)
  const groups = [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff]
  return `${groups.map(group => group.toString(16)).join(':')}::/64`
}

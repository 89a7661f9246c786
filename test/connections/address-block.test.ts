import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AddressBlock } from '../../src/contract/address-block.ts'
import { isIn } from '../controlplane/memory-filter.ts'

/** Near each other, so that a block often holds what it is asked for. */
const octet = fc.constantFrom(0, 1, 127, 128, 254, 255)
const ipv4 = fc.tuple(octet, octet, octet, octet).map(octets => octets.join('.'))
const group = fc.constantFrom('0', '1', 'ffff', '8000', 'fe80', 'db8')
const ipv6 = fc.oneof(
  fc.array(group, { minLength: 8, maxLength: 8 }).map(groups => groups.join(':')),
  fc
    .tuple(fc.array(group, { maxLength: 3 }), fc.array(group, { maxLength: 3 }))
    .map(([head, tail]) => `${head.join(':')}::${tail.join(':')}`),
  ipv4.map(address => `::ffff:${address}`)
)

/** The first address of the block, found by trying: whatever `parse` accepts is one. */
function blockOf(address: string, prefix: number): string | null {
  try {
    AddressBlock.parse(`${address}/${prefix}`)
    return `${address}/${prefix}`
  } catch {
    return null
  }
}

for (const [family, address, bits] of [
  ['IPv4', ipv4, 32],
  ['IPv6', ipv6, 128]
] as const) {
  test(`a block of ${family} has just the addresses that net.BlockList says`, () => {
    let inside = 0
    fc.assert(
      fc.property(
        address,
        fc.integer({ min: 0, max: bits }),
        fc.array(address, { minLength: 1 }),
        (first, prefix, asked) => {
          const block = blockOf(first, prefix)
          fc.pre(block !== null)
          const addressBlock = AddressBlock.parse(block as string)
          for (const one of [first, ...asked]) {
            assert.equal(addressBlock.has(one), isIn(one, block as string), `${one} in ${block}`)
            if (addressBlock.has(one)) inside++
          }
        }
      ),
      { numRuns: 2000, seed: 1 }
    )
    assert.ok(inside > 2000)
  })
}

test('an IPv4 address and the same mapped into IPv6 are one', () => {
  for (const block of ['10.0.0.0/8', '10.1.2.3', '::ffff:10.0.0.0/104', '::ffff:a01:203', '::/0']) {
    assert.ok(AddressBlock.parse(block).has('10.1.2.3'), block)
    assert.ok(AddressBlock.parse(block).has('::ffff:10.1.2.3'), block)
  }
  for (const block of ['11.0.0.0/8', '10.1.2.2', '::ffff:0.0.0.0/128', '::1', 'fe80::/10']) {
    assert.ok(!AddressBlock.parse(block).has('10.1.2.3'), block)
    assert.ok(!AddressBlock.parse(block).has('::ffff:10.1.2.3'), block)
  }
  assert.ok(!AddressBlock.parse('0.0.0.0/0').has('::1'))
})

test('the zone of an address is no part of it', () => {
  assert.ok(AddressBlock.parse('fe80::/10').has('fe80::1%eth0'))
})

for (const text of [
  '',
  '10',
  '10.0.0',
  '10.0.0.256',
  'localhost',
  '10.0.0.0/',
  '10.0.0.0/33',
  '10.0.0.0/-1',
  '::/129'
]) {
  test(`'${text}' is no block of addresses`, () => assert.throws(() => AddressBlock.parse(text), RangeError))
}
for (const text of [
  '10.0.0.0/8/8',
  '10.0.0.0/08',
  '10.0.0.0/8.0',
  ' 10.0.0.0',
  'fe80::1%eth0',
  '10.1.2.3/8',
  'fe80::1/64'
]) {
  test(`'${text}' is refused rather than guessed at`, () => assert.throws(() => AddressBlock.parse(text), RangeError))
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HeldListings } from '../../src/dataplane/held-listings.ts'

function fill(listings: HeldListings, id: number, values: number): void {
  const listing = listings.begin(id, 0)
  for (let sequence = 1; sequence <= values; sequence++) listing.add(sequence, sequence)
}

test('values are found again in the order of their connections, and none where there was none', () => {
  const listings = new HeldListings()
  const listing = listings.begin(1, 0)
  for (const sequence of [2, 3, 7]) listing.add(sequence, sequence * 10)
  for (let times = 0; times < 2; times++) {
    const valueOf = listings.find(1, 0)?.walk()
    assert.deepEqual(
      [1, 2, 4, 7, 8].map(sequence => valueOf?.(sequence)),
      [undefined, 20, undefined, 70, undefined]
    )
  }
  assert.equal(listings.find(2, 0), null)
})

test('who looks at first pages again and again takes nothing from one who pages on', () => {
  const listings = new HeldListings()
  fill(listings, 1, 10)
  assert.ok(listings.find(1, 0))
  for (let id = 2; id < 1000; id++) fill(listings, id, 10)
  assert.ok(listings.find(1, 0))
  assert.equal(listings.find(2, 0), null)
  assert.ok(listings.find(999, 0))
})

test('of many who page on the last are kept', () => {
  const listings = new HeldListings()
  for (let id = 1; id <= 100; id++) {
    fill(listings, id, 1)
    listings.find(id, 0)
  }
  const kept = Array.from({ length: 100 }, (_, index) => index + 1).filter(id => listings.find(id, 0) !== null)
  assert.deepEqual([kept.length, kept[0]], [64, 37])
})

test('the more connections there are, the fewer listings are kept', () => {
  const listings = new HeldListings(1000)
  for (let id = 1; id <= 20; id++) fill(listings, id, 300)
  const kept = [17, 18, 19, 20].filter(id => listings.find(id, 0) !== null)
  assert.deepEqual(kept, [17, 18, 19, 20])
  assert.equal(listings.find(16, 0), null)
})

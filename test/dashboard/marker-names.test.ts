import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { type MarkedPlace, type NamePlace, placeNames } from '../../src/dashboard/charts/marker-names.ts'

const LETTER = 6
const widthOf = (text: string): number => text.length * LETTER
const room = { left: 40, right: 400, height: 90, rows: 2, line: 12 }
const at = (x: number, name: string): MarkedPlace => ({ x, name, kind: 'switch' })
const placed = (places: readonly MarkedPlace[]): readonly NamePlace[] => placeNames(places, room, widthOf)

test('a name stands at its line, before it where the chart ends', () => {
  const [late, early] = placed([at(60, 'early on'), at(390, 'late on')])
  assert.deepEqual(late, { text: 'late on', kind: 'switch', left: 390 - 7 * LETTER, row: 0, isUpright: false })
  assert.equal(early?.left, 60)
})

test('names that find no room in a row stand along their lines', () => {
  const names = placed([100, 120, 140, 160].map(x => at(x, 'coalescedWriter on')))
  assert.deepEqual(
    names.map(({ isUpright }) => isUpright),
    [false, false, true, true]
  )
})

test('what is too close for a name of its own shares one, which says how many more there are', () => {
  const [both] = placed([at(200, 'first'), at(205, 'second')])
  assert.equal(both?.text, 'first, second')
  const crowd = [300, 301, 302, 303, 304, 305, 306].map(x => at(x, `switch number ${x}`))
  assert.deepEqual(
    placed(crowd).map(({ text }) => text),
    ['switch numb… +6']
  )
})

test('every marker is named, and no names in a row run into each other', () => {
  const some = fc.array(
    fc.record({ x: fc.integer({ min: 40, max: 400 }), name: fc.stringMatching(/^[a-z]{3,12} on$/) })
  )
  fc.assert(
    fc.property(some, places => {
      const names = placed(places.map(({ x, name }) => at(x, name)))
      const told = names.map(({ text }) => text.split(', ').length + Number(/ \+(\d+)$/.exec(text)?.[1] ?? 0))
      assert.equal(
        told.reduce((sum, count) => sum + count, 0),
        places.length
      )
      const inRows = names.filter(({ isUpright }) => !isUpright)
      for (const one of inRows) {
        assert.ok(one.left >= room.left && one.left + widthOf(one.text) <= room.right)
        for (const other of inRows) {
          if (other === one || other.row !== one.row || other.left < one.left) continue
          assert.ok(other.left >= one.left + widthOf(one.text), `${one.text} and ${other.text}`)
        }
      }
    })
  )
})

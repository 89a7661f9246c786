import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nameTwice } from '../../src/contract/json-names.ts'

test('a name that stands twice in one object is found, however it is written', () => {
  assert.equal(nameTwice('{"a": 1, "b": {"c": 2}, "a": 3}'), 'a')
  assert.equal(nameTwice('[{"x": {"y": 1, "\\u0079" : 2}}]'), 'y')
  assert.equal(nameTwice('{"a": {"a": {"a": 1}}, "b": [{"a": 1}, {"a": 1}]}'), null)
  assert.equal(nameTwice('{"a": "\\"a\\": {", "b": "}", "c": "a"}'), null)
})

test('whatever JSON.stringify writes has no name twice', () => {
  fc.assert(
    fc.property(fc.json(), text => {
      assert.equal(nameTwice(JSON.stringify(JSON.parse(text))), null)
    })
  )
})

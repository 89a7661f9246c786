import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuditLog } from '../../src/workers/audit-log.ts'

const entry = { by: 'ada', reason: null, cause: 'patch', target: null, revision: 2, changes: [] } as const

test('the audit keeps the last thousand, newest first, with rising ids', () => {
  const log = new AuditLog(() => new Date(0))
  for (let count = 0; count < 2500; count++) log.add(entry)
  const { total, items } = log.latest(3)
  assert.equal(total, 1000)
  assert.deepEqual(
    items.map(({ id }) => id),
    [2500, 2499, 2498]
  )
  assert.equal(log.latest(5000).items.at(-1)?.id, 1501)
})

test('an entry says when it was made', () => {
  assert.deepEqual(new AuditLog(() => new Date(0)).add(entry), { id: 1, at: '1970-01-01T00:00:00.000Z', ...entry })
})

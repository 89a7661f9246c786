import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { networkOf } from '../../src/contract/network-of.ts'
import { RequestBudgets } from '../../src/controlplane/access/request-budgets.ts'
import { newSecret } from '../../src/controlplane/access/secret.ts'
import { TokenList } from '../../src/controlplane/access/token-list.ts'
import { recordOf } from '../../src/controlplane/access/token-record.ts'
import { assertProblem, labApp } from '../controlplane/lab-app.ts'

test('a client never gets more than what it had saved and what has come since', () => {
  const step = fc.record({
    client: fc.constantFrom('a', 'b'),
    cost: fc.integer({ min: 1, max: 30 }),
    waitMs: fc.nat(200)
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), steps => {
      let nowMs = 0
      const budgets = new RequestBudgets({ perSecond: 10, most: 50, clients: 10, clockMs: () => nowMs })
      const spent: Record<string, number> = { a: 0, b: 0 }
      for (const { client, cost, waitMs } of steps) {
        nowMs += waitMs
        const wait = budgets.spend(client, cost)
        if (wait === 0) spent[client] = (spent[client] ?? 0) + cost
        assert.ok((spent[client] ?? 0) <= 50 + nowMs / 100 + 1e-6)
        assert.ok(wait >= 0 && wait <= 3)
      }
    })
  )
})

test('who waits as long as he is told to is served', () => {
  let nowMs = 0
  const budgets = new RequestBudgets({ perSecond: 10, most: 10, clients: 10, clockMs: () => nowMs })
  assert.equal(budgets.spend('a', 10), 0)
  const wait = budgets.spend('a', 5)
  assert.equal(wait, 0.5)
  nowMs += wait * 1000
  assert.equal(budgets.spend('a', 5), 0)
})

test('clients beyond those remembered make the one forgotten that has asked least recently', () => {
  const budgets = new RequestBudgets({ perSecond: 1, most: 1, clients: 2, clockMs: () => 0 })
  const answers = ['a', 'b', 'a', 'c', 'a', 'b'].map(client => budgets.spend(client, 1) === 0)
  assert.deepEqual(answers, [true, true, false, true, false, true])
})

test('the addresses of one IPv6 network are one client, and an IPv4 address is itself in either form', () => {
  assert.equal(networkOf('10.1.2.3'), '10.1.2.3')
  assert.equal(networkOf('::ffff:10.1.2.3'), '10.1.2.3')
  assert.equal(networkOf('2001:db8::1'), '2001:db8:0:0::/64')
  assert.equal(networkOf('2001:db8:0:0:5::1'), networkOf('2001:0db8::ffff'))
  assert.notEqual(networkOf('2001:db8:0:1::1'), networkOf('2001:db8::1'))
  assert.equal(networkOf('::1'), '0:0:0:0::/64')
  assert.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0::/64')
})

test('a flood is answered with 429 and when to come again; probes are answered all the same', async t => {
  const { ask } = await labApp(t, { maxRequestRate: 1 })
  const statuses: number[] = []
  for (let sent = 0; sent < 20; sent++) statuses.push((await ask('GET', '/api/v1/workers')).status)
  assert.equal(statuses[0], 200)
  const limited = await ask('GET', '/nothing')
  assertProblem(limited, 429)
  assert.ok(Number(limited.headers['retry-after']) >= 1)
  assertProblem(await ask('PATCH', '/api/v1/optimizations', { body: { packetPool: false } }), 429)
  for (const url of ['/healthz', '/readyz']) assert.equal((await ask('GET', url)).status, 200)
})

test('a client that floods takes nothing from those with other tokens, nor do strangers who guess', async t => {
  const [greedy, polite] = [newSecret(), newSecret()]
  const tokens = new TokenList([recordOf('greedy', ['read'], greedy), recordOf('polite', ['read'], polite)])
  const { ask } = await labApp(t, { tokens, maxRequestRate: 20 })
  const as = (secret: string): Promise<number> =>
    ask('GET', '/api/v1/workers', { headers: { authorization: `Bearer ${secret}` } }).then(({ status }) => status)
  const guesses: number[] = []
  for (let sent = 0; sent < 20; sent++) guesses.push(await as(newSecret()))
  assert.equal(guesses[0], 401)
  assert.equal(guesses.at(-1), 429)
  const flood: number[] = []
  for (let sent = 0; sent < 300; sent++) flood.push(await as(greedy))
  assert.ok(flood.includes(429))
  assert.equal(await as(polite), 200)
})

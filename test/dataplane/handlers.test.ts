import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SubmitResult } from '../../src/dataplane/submit-handler.ts'
import { inItsTime, startFrameServer, synchronously } from '../support/frame-server.ts'
import { conn, connAck, idOf, ping, pong, submit, submitAck } from '../support/frames.ts'
import { stages } from '../support/switches.ts'

const kinds = { synchronous: synchronously, asynchronous: inItsTime } as const

/** What the handler does with the Submit of each number, as its ack must tell. */
const cases: readonly {
  readonly name: string
  readonly gives: () => unknown
  readonly result: number
  readonly isError: boolean
}[] = [
  { name: 'accepts', gives: () => 0, result: 0, isError: false },
  { name: 'refuses', gives: () => 1, result: 1, isError: false },
  { name: 'is unavailable', gives: () => 2, result: 2, isError: false },
  { name: 'has a result of its own', gives: () => 255, result: 255, isError: false },
  {
    name: 'throws',
    gives: () => {
      throw new Error('thrown on purpose')
    },
    result: 1,
    isError: true
  },
  {
    name: 'throws what is no error',
    gives: () => {
      // biome-ignore lint/style/useThrowOnlyError: a handler may throw anything, and this is the test of it
      throw undefined
    },
    result: 1,
    isError: true
  },
  { name: 'gives nothing', gives: () => undefined, result: 1, isError: true },
  { name: 'gives null', gives: () => null, result: 1, isError: true },
  { name: 'gives a text', gives: () => '0', result: 1, isError: true },
  // An ack has one byte for the result: these would be cut down to 0, which says that all is well.
  { name: 'gives 256', gives: () => 256, result: 1, isError: true },
  { name: 'gives -256', gives: () => -256, result: 1, isError: true },
  { name: 'gives a fraction', gives: () => 0.5, result: 1, isError: true },
  { name: 'gives NaN', gives: () => Number.NaN, result: 1, isError: true },
  { name: 'gives Infinity', gives: () => Number.POSITIVE_INFINITY, result: 1, isError: true }
]

for (const { name, switches } of stages) {
  for (const [kind, handlerOf] of Object.entries(kinds)) {
    test(`${name}: each result of a ${kind} handler is told in its ack, and in no other`, async t => {
      const handler = handlerOf(({ id }) => cases[(id[7] as number) % cases.length]?.gives() as SubmitResult)
      const served = await startFrameServer(t, { switches, handler })
      const peer = await served.connect()
      const count = 4 * cases.length
      const numbers = Array.from({ length: count }, (_, number) => number)
      const requests = Buffer.concat(numbers.map(number => submit(idOf(number), Buffer.alloc(number))))
      const results = numbers.map(number => cases[number % cases.length]?.result as number)
      const expected = Buffer.concat(numbers.map(number => submitAck(idOf(number), results[number])))
      assert.deepEqual(await peer.ask(requests, expected.byteLength), expected)
      const errors = 4 * cases.filter(({ isError }) => isError).length
      assert.equal(served.handlerErrors.length, errors)
      assert.equal(served.totals.handlerErrors, errors)
      assert.deepEqual(served.refusals, [])
      assert.equal(served.totals.framesReceived, count)
    })
  }

  test(`${name}: a promise of a handler that is declared synchronous is not waited for, and counts as its fault`, async t => {
    const promises = [
      () => Promise.resolve(0),
      () => Promise.reject(new Error('nobody listens')),
      () => new Promise<number>(() => {})
    ]
    const handler = synchronously(({ id }) => promises[(id[7] as number) % 4]?.() ?? 0)
    const served = await startFrameServer(t, { switches, handler })
    const peer = await served.connect()
    const requests = [0, 1, 2, 3].map(number => submit(idOf(number)))
    const acks = [1, 1, 1, 0].map((result, number) => submitAck(idOf(number), result))
    assert.deepEqual(await peer.ask(Buffer.concat(requests), 4 * 14), Buffer.concat(acks))
    assert.equal(served.totals.handlerErrors, 3)
    assert.ok(
      served.handlerErrors.every(error => error instanceof TypeError && /'test' is declared/.test(error.message))
    )
  })

  test(`${name}: greetings and pings do not go to the handler`, async t => {
    let handled = 0
    const served = await startFrameServer(t, { switches, handler: synchronously(() => ++handled) })
    const peer = await served.connect()
    const id = idOf(1)
    const requests = Buffer.concat([conn(id, Buffer.from('hello')), ping(id), submit(id)])
    assert.deepEqual(await peer.ask(requests, 41), Buffer.concat([connAck(id), pong(id), submitAck(id, 1)]))
    assert.equal(handled, 1)
  })
}

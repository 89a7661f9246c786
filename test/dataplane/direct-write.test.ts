import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BegunWrite, DirectWriter, type WritableHandle } from '../../src/dataplane/direct-write.ts'

type Request = NonNullable<Parameters<WritableHandle['writeBuffer']>[0]>

/** As Node's: once used it has an id, until its end has been told. */
class FakeRequest implements Request {
  buffer?: Uint8Array
  oncomplete?: (status: number) => void
  writeStatus: number | null = null
  id = -1

  getAsyncId(): number {
    return this.id
  }

  complete(status: number): void {
    this.id = -1
    if (this.oncomplete === undefined) this.writeStatus = status
    else this.oncomplete(status)
  }
}

/** What becomes of the next write is the test's to say. */
class FakeHandle implements WritableHandle {
  next: 'taken' | 'used' | number = 'taken'
  readonly requests: (FakeRequest | null)[] = []

  writeBuffer(given: FakeRequest | null): number | Request {
    if (given !== null) assert.equal(given.id, -1, 'a request under way is not used again')
    if (typeof this.next === 'number') return this.next
    const request = this.next === 'used' ? (given ?? new FakeRequest()) : given
    this.requests.push(request)
    if (this.next === 'used' && request !== null) request.id = this.requests.length
    return given === null && request !== null ? request : 0
  }
}

const bytes = Buffer.from('bytes')

function startedOn(handle: FakeHandle, request: FakeRequest | null): DirectWriter {
  const direct = new DirectWriter()
  assert.equal(direct.isReady, false)
  direct.learnFrom(handle)
  handle.writeBuffer(request)
  assert.equal(direct.isReady, true)
  assert.equal(Object.hasOwn(handle, 'writeBuffer'), false, 'the handle is as it was')
  return direct
}

test('a request serves again as long as the kernel takes all at once, and never while it is under way', () => {
  const handle = new FakeHandle()
  const direct = startedOn(handle, new FakeRequest())
  assert.deepEqual([direct.write(handle, bytes), direct.write(handle, bytes)], ['done', 'done'])
  const [, first, second] = handle.requests
  assert.ok(first && first === second)

  // All may have been sent by the second try of libuv, which is told of later all the same.
  handle.next = 'used'
  assert.ok(direct.write(handle, bytes) instanceof BegunWrite)
  assert.equal(second?.buffer, bytes, 'the memory is kept')
  handle.next = 'taken'
  assert.equal(direct.write(handle, bytes), 'done')
  assert.notEqual(handle.requests.at(-1), second)
})

for (const [node, request] of [
  ['that is given its requests', new FakeRequest()],
  ['that makes its requests', null]
] as const) {
  test(`with a Node ${node}, the end of a begun write is told, early or late, and a failed one is known at once`, () => {
    const handle = new FakeHandle()
    const direct = startedOn(handle, request)
    const told: (string | undefined)[] = []
    handle.next = 'used'
    for (const isEarly of [true, false]) {
      const begun = direct.write(handle, bytes)
      assert.ok(begun instanceof BegunWrite)
      const made = handle.requests.at(-1)
      assert.equal(made?.buffer, bytes, 'the memory is kept')
      if (isEarly) made?.complete(0)
      begun.whenDone(error => told.push((error as NodeJS.ErrnoException | null)?.code ?? 'done'))
      if (!isEarly) made?.complete(-32)
    }
    assert.deepEqual(told, ['done', 'EPIPE'])
    handle.next = 'taken'
    assert.equal(direct.write(handle, bytes), 'done')
    handle.next = -104
    assert.equal(direct.write(handle, bytes), 'failed')
  })
}

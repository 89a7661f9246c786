import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BegunWrite, isReady, learnFrom, writeNow } from '../../src/dataplane/direct-write.ts'

type Handle = Parameters<typeof writeNow>[0]
type Request = Parameters<Handle['writeBuffer']>[0]

/** As Node's: once used it has an id, until its end has been told. */
class FakeRequest {
  buffer?: Uint8Array
  oncomplete?: (status: number) => void
  id = -1

  getAsyncId(): number {
    return this.id
  }

  complete(status: number): void {
    this.id = -1
    this.oncomplete?.(status)
  }
}

/** What becomes of the next write is the test's to say. */
class FakeHandle implements Handle {
  next: 'taken' | 'used' | number = 'taken'
  readonly requests: FakeRequest[] = []

  writeBuffer(request: Request): number {
    const fake = request as FakeRequest
    assert.equal(fake.id, -1, 'a request under way is not used again')
    this.requests.push(fake)
    if (typeof this.next === 'number') return this.next
    if (this.next === 'used') fake.id = this.requests.length
    return 0
  }
}

const bytes = Buffer.from('bytes')

test('a request serves again as long as the kernel takes all at once, and never while it is under way', () => {
  const handle = new FakeHandle()
  assert.equal(isReady(), false)
  learnFrom(handle)
  handle.writeBuffer(new FakeRequest())
  assert.equal(isReady(), true)
  assert.equal(Object.hasOwn(handle, 'writeBuffer'), false, 'the handle is as it was')

  assert.deepEqual([writeNow(handle, bytes), writeNow(handle, bytes)], ['done', 'done'])
  const [, first, second] = handle.requests
  assert.equal(first, second)

  // All may have been sent by the second try of libuv, which is told of later all the same.
  handle.next = 'used'
  const begun = writeNow(handle, bytes)
  assert.ok(begun instanceof BegunWrite)
  assert.equal(second?.buffer, bytes, 'the memory is kept')
  handle.next = 'taken'
  assert.equal(writeNow(handle, bytes), 'done')
  assert.notEqual(handle.requests.at(-1), second)

  const told: (string | undefined)[] = []
  begun.whenDone(error => told.push((error as NodeJS.ErrnoException | null)?.code))
  second?.complete(-32)
  assert.deepEqual(told, ['EPIPE'])

  handle.next = -104
  assert.equal(writeNow(handle, bytes), 'failed')
})

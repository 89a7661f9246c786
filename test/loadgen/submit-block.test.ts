import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { SubmitBlock } from '../../src/loadgen/submit-block.ts'
import { afterCalls, assertBalanced, loadRun, until } from './runs.ts'
import { acks, plainServer } from './servers.ts'

const SUBMIT_HEAD_BYTES = 13

/** The payload lengths of what a block writes. */
function lengthsOf(block: SubmitBlock, count: number): number[] {
  const lengths: number[] = []
  const socket = {
    writableLength: 0,
    write(bytes: Buffer) {
      for (let at = 0; at < bytes.byteLength; at += bytes.readUInt32BE(at)) {
        lengths.push(bytes.readUInt32BE(at) - SUBMIT_HEAD_BYTES)
      }
    }
  } as unknown as Socket
  for (let written = 0; written < count; written += block.capacity) {
    block.write(socket, 1, written, Math.min(block.capacity, count - written))
  }
  return lengths
}

test('lengths in a range are all alike, bounds included, and the same for the same seed', () => {
  const lengths = lengthsOf(new SubmitBlock({ min: 3, max: 12 }, 9), 100_000)
  assert.equal(lengths.length, 100_000)
  for (let length = 3; length <= 12; length++) {
    const count = lengths.filter(other => other === length).length
    // Four standard deviations of how often one of ten comes.
    assert.ok(Math.abs(count - 10_000) < 4 * Math.sqrt(9000), `${length}: ${count}`)
  }
  assert.deepEqual(lengthsOf(new SubmitBlock({ min: 3, max: 12 }, 9), 1000), lengths.slice(0, 1000))
  assert.notDeepEqual(lengthsOf(new SubmitBlock({ min: 3, max: 12 }, 10), 1000), lengths.slice(0, 1000))
})

test('frames of any length in a range arrive whole, with their ids, also when the server is slow to read', async t => {
  const done = afterCalls(2000)
  const seen: number[] = []
  const faults: string[] = []
  const address = await plainServer(t, socket => {
    let held = Buffer.alloc(0)
    let next = 0
    socket.pause()
    setTimeout(() => socket.resume(), 30)
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk])
      const ids: Buffer[] = []
      while (held.byteLength >= 4 && held.byteLength >= held.readUInt32BE()) {
        const length = held.readUInt32BE()
        seen.push(length - SUBMIT_HEAD_BYTES)
        if (held[4] !== 0x02 || held.readUInt32BE(9) !== next++) faults.push(`frame ${next}`)
        ids.push(held.subarray(5, 13))
        held = held.subarray(length)
      }
      socket.write(acks(ids))
      done.call(ids.length)
    })
  })
  const run = loadRun(t, address, { inFlight: 500, payloadBytes: { min: 0, max: 9000 }, seed: 4 })
  await run.start()
  await until(done, run)
  const figures = await run.stop()
  assertBalanced(run, figures)
  assert.deepEqual(faults.slice(0, 3), [])
  assert.deepEqual(figures.errors, {})
  assert.ok(Math.min(...seen) < 100 && Math.max(...seen) > 8900 && Math.max(...seen) <= 9000)
})

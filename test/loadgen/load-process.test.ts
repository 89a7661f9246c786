import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { LoadProgress } from '../../src/contract/load-figures.ts'
import { LoadProcess, LoadProcessError, type LoadProcessOptions } from '../../src/loadgen/load-process.ts'
import { canPin, LOAD_CORE, moveToCore, onCore } from '../bench/cores.ts'
import { afterCalls, definition } from './runs.ts'
import { acks, frameServer, type Listening, plainServer, submitServer } from './servers.ts'

function loadProcess(t: TestContext, options?: LoadProcessOptions): LoadProcess {
  const load = new LoadProcess(options)
  t.after(() => load.kill())
  return load
}

const withWords = (words: RegExp) => (error: unknown) => error instanceof LoadProcessError && words.test(error.message)

/** A server that can be waited for until it has answered so many Submits. */
async function countingServer(t: TestContext, submits: number): Promise<Listening & { reached: Promise<void> }> {
  const served = afterCalls(submits)
  const address = await submitServer(t, (socket, ids) => {
    socket.write(acks(ids))
    served.call(ids.length)
  })
  return { ...address, reached: served.reached }
}

test('a load process runs apart from its parent, and marks and final figures come back', async t => {
  const server = await countingServer(t, 2000)
  const load = loadProcess(t)
  await load.start(definition(server))
  assert.notEqual(load.pid, process.pid)
  const first = await load.mark()
  await server.reached
  const [second, third] = await Promise.all([load.mark(), load.mark()])
  const final = await load.stop()

  assert.ok(second.acked > 0)
  assert.ok(final.acked >= first.acked + second.acked + third.acked)
  assert.equal(final.lost, 0)
  assert.deepEqual(final.errors, {})
  assert.equal(final.sent, final.acked)
})

test('a run with a duration finishes by itself, and stopping it then gives the same figures', async t => {
  const server = await frameServer(t)
  const load = loadProcess(t)
  await load.start(definition(server, { durationMs: 50 }))
  const figures = await load.finished
  assert.ok(figures.acked > 0)
  assert.deepEqual(await load.stop(), figures)
  await assert.rejects(load.mark(), withWords(/has finished/))
})

test('progress comes across', async t => {
  const server = await frameServer(t)
  const told = afterCalls(1)
  const reports: LoadProgress[] = []
  const load = loadProcess(t, { onProgress: report => told.call(reports.push(report)) })
  await load.start(definition(server, { connections: 1, inFlight: 1 }))
  await told.reached
  assert.equal(reports[0]?.phase, 'measuring')
  assert.equal(reports[0]?.totalMs, null)
  assert.deepEqual(reports[0]?.connections, { open: 1, asked: 1 })
  assert.ok((reports[0]?.lastSecond.acked ?? 0) > 0)
})

test('what went wrong comes across, in numbers and in words', async t => {
  const server = await plainServer(t, socket => socket.once('data', () => socket.write('this is not an ack')))
  const load = loadProcess(t)
  await load.start(definition(server, { connections: 1 }))
  assert.deepEqual((await load.finished).errors, { malformed: 1 })
  assert.match(load.firstFault ?? '', /expected an ack/)
})

test('a start that cannot connect is rejected with the reason', async t => {
  const server = await plainServer(t, () => {})
  server.server.close()
  const load = loadProcess(t)
  await assert.rejects(load.start(definition(server)), withWords(/could not connect .*ECONNREFUSED/))
  assert.deepEqual((await load.finished).errors, { connect: 3 })
})

test('when the process dies, whoever waits for it is told how', async t => {
  const server = await countingServer(t, 1)
  const load = loadProcess(t)
  await load.start(definition(server))
  const pending = [load.mark(), load.stop(), load.finished]
  load.kill()
  for (const outcome of await Promise.allSettled(pending)) {
    // The mark, and even the end of a quick run, may have come back before the process was killed.
    if (outcome.status === 'rejected') assert.ok(withWords(/ended early \(SIGKILL\)/)(outcome.reason))
  }
  await assert.rejects(load.mark(), LoadProcessError)
})

test('a process that dies while it connects rejects its start', async t => {
  const load = loadProcess(t)
  const started = load.start(definition({ host: '127.0.0.1', port: 1 }))
  load.kill()
  await assert.rejects(started, withWords(/ended early \(SIGKILL\)/))
  await assert.rejects(load.finished, withWords(/ended early/))
  await assert.rejects(load.stop(), withWords(/ended early/))
})

test('what has not been started cannot be marked or stopped', async t => {
  await assert.rejects(loadProcess(t).mark(), withWords(/not been started/))
  await assert.rejects(loadProcess(t).stop(), withWords(/not been started/))
})

test('a load ends when its parent is killed', async t => {
  const loaded = afterCalls(100)
  const gone = afterCalls(1)
  const server = await submitServer(t, (socket, ids) => {
    socket.write(acks(ids))
    if (socket.listenerCount('close') < 2) socket.on('close', () => gone.call())
    loaded.call(ids.length)
  })
  const parentMain = fileURLToPath(new URL('load-parent.ts', import.meta.url))
  const parent = spawn(process.execPath, ['--import', 'tsx', parentMain, `${server.port}`], { stdio: 'inherit' })
  t.after(() => parent.kill('SIGKILL'))
  await loaded.reached
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  await gone.reached
})

test('a load whose core others use says that the figures are not those of the server', {
  skip: !canPin && 'needs taskset and two cores'
}, async t => {
  const server = await frameServer(t)
  const load = loadProcess(t)
  await load.connect(definition(server, { inFlight: 1, durationMs: 1000 }))
  moveToCore(LOAD_CORE, load.pid as number)
  for (let others = 0; others < 3; others++) {
    const [program = '', ...args] = onCore(LOAD_CORE, [process.execPath, '-e', 'for (;;);'])
    const other = spawn(program, args, { stdio: 'ignore' })
    t.after(() => other.kill('SIGKILL'))
  }
  load.begin()
  const { generator } = await load.finished
  assert.equal(generator.limited, true)
  assert.match(generator.why ?? '', /waited for a core of the machine \d+ % of the time/)
})

import assert from 'node:assert/strict'
import test from 'node:test'
import { eventually } from './support/eventually.ts'
import { FrameClient } from './support/frame-client.ts'
import { Program, root } from './support/processes.ts'
import { serverOf, startServer } from './support/server.ts'

const limits = { timeout: 60_000 }
const serve = ['serve', '--workers', '1', '--frame-port', '0', '--http-port', '0']

test('on a terminal the log is for people, and not JSON', limits, async t => {
  const command = ['node', 'dist/cli/framelab.js', ...serve].join(' ')
  const server = await serverOf(new Program(t, ['-qefc', command, '/dev/null'], { command: 'script', cwd: root }))
  const line = await eventually('a line of the log', () => /^.*Server listening.*$/m.exec(server.program.stdout)?.[0])
  assert.match(line, /\d\d:\d\d:\d\d\.\d{3}.*INFO.*Server listening/)
  assert.doesNotMatch(server.program.stdout, /^\{/m)
})

test('--log-format decides where nobody is watching', limits, async t => {
  const server = await startServer(t, ['--workers', '1', '--log-format', 'pretty'])
  await eventually('a line of the log', () => / INFO: Server listening/.test(server.program.stderr))
  assert.deepEqual(server.log, [])
})

test('a flood of bad streams is a few lines, and the log says how many more there were', limits, async t => {
  const server = await startServer(t, ['--workers', '1'])
  const flood = 60
  await Promise.all(
    Array.from({ length: flood }, async () => {
      const client = await FrameClient.connect(t, server.framePort)
      client.socket.write(Buffer.from([0, 0, 0, 1]))
      await client.untilClosed()
    })
  )
  const told = () => server.log.filter(({ msg }) => /^refused |refusals/.test(msg))
  const counted = () =>
    told().reduce((sum, { msg, suppressed = 0 }) => sum + suppressed + Number(msg.startsWith('refused ')), 0)
  await eventually('every refusal in the log, as a line or as a count', () => counted() === flood)
  assert.ok(told().length < flood)
})

for (const format of ['json', 'pretty']) {
  test(`a log that cannot be written (${format}) costs its lines, and not the server`, limits, async t => {
    const script = `exec "$0" dist/cli/framelab.js ${serve.join(' ')} --log-level debug --log-format ${format} 2>/dev/full`
    const server = await serverOf(new Program(t, ['-c', script, process.execPath], { command: 'sh', cwd: root }))
    for (let round = 0; round < 3; round++) {
      const client = await FrameClient.connect(t, server.framePort)
      client.submit(10)
      await client.acked()
      client.socket.write(Buffer.from([0, 0, 0, 1]))
      await client.untilClosed()
      assert.equal((await server.report()).totals.refused.frame_too_short, round + 1)
    }
    server.program.signal('SIGTERM')
    assert.equal((await server.program.ended).code, 0)
  })
}

test('when nobody reads what it prints any more, it serves on', limits, async t => {
  const script = `exec "$0" dist/cli/framelab.js ${serve.join(' ')} >/dev/full`
  const program = new Program(t, ['-c', script, process.execPath], { command: 'sh', cwd: root })
  const url = await eventually('a control plane', () => /listening at (http:[^"]+)"/.exec(program.stderr)?.[1])
  await eventually('a ready server', async () => (await fetch(`${url}/readyz`)).status === 200)
  program.signal('SIGTERM')
  assert.equal((await program.ended).code, 0)
})

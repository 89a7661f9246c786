import assert from 'node:assert/strict'
import test from 'node:test'
import { eventually } from '../integration/support/eventually.ts'
import { FrameClient } from '../integration/support/frame-client.ts'
import { root } from '../integration/support/processes.ts'
import { ContainerEngine } from './support/container-engine.ts'
import { textOf } from './support/documents.ts'
import { freePort } from './support/free-port.ts'

const image = 'localhost/framelab:test'
/** What compose asks for; the host's network in place of one of its own. */
const confined = ['--network=host', '--read-only', '--cap-drop=all', '--security-opt=no-new-privileges']
// More than the host's own limits cannot be had inside of another container.
const within = ['--ulimit', 'nofile=4096:4096', '--ulimit', 'nproc=4096:4096']

test('the image is built, and runs as compose has it: healthy, loaded, scraped, drained, and with its data kept', {
  timeout: 600_000,
  skip: ContainerEngine.missing
}, async t => {
  const engine = new ContainerEngine(t)
  const [, version] = /^ARG NODE_VERSION=(\S+)/m.exec(textOf('docker/Dockerfile')) ?? []
  engine.importBase(`docker.io/library/node:${version}-bookworm-slim`)
  const build = ['--isolation=chroot', '--format=docker', '--layers=false', '--pull=never', '-f', 'docker/Dockerfile']
  await engine.ask('build', ...build, '-t', image, root)

  const [framePort, httpPort] = [await freePort(), await freePort()]
  const ports = ['-e', `FRAMELAB_FRAME_PORT=${framePort}`, '-e', `FRAMELAB_HTTP_PORT=${httpPort}`]
  const settings = [...ports, '-e', 'FRAMELAB_WORKERS=1', '-v', 'framelab-data:/data']

  const refused = await engine.run('run', '--rm', ...confined, ...within, ...settings, image)
  assert.equal(refused.code, 2, refused.stderr)
  assert.match(refused.stderr, /--token auto/)

  const auto = ['-e', 'FRAMELAB_TOKEN=auto']
  await engine.ask('run', '--detach', '--name', 'lab', ...confined, ...within, ...settings, ...auto, image)
  await eventually(
    'a healthy container',
    async () => (await engine.run('healthcheck', 'run', 'lab')).code === 0,
    60_000
  )
  assert.match(await engine.ask('exec', 'lab', 'id'), /^uid=1000\(node\) gid=1000\(node\)/)
  assert.notEqual((await engine.run('exec', 'lab', 'sh', '-c', 'echo 1 > /app/file')).code, 0)

  // The operator's token is told once, and Prometheus reads its own from the volume.
  const [, token = ''] = /shown this once[^\n]*\n\s*(\S+)/.exec(await engine.ask('logs', 'lab')) ?? []
  const asPrometheus = ['--user', '65534:65534', '--group-add', '1000', '-v', 'framelab-data:/run/framelab:ro']
  const read = (file: string) =>
    engine.run('run', '--rm', ...confined, ...within, ...asPrometheus, '--entrypoint', 'cat', image, file)
  const readToken = (await read('/run/framelab/read-token')).stdout.trim()
  assert.equal((await read('/run/framelab/tokens.json')).code, 1, 'the hashes of all tokens are none of its business')
  const url = `http://127.0.0.1:${httpPort}`
  const status = async (path: string, bearer: string, method = 'GET') =>
    (await fetch(url + path, { method, headers: bearer === '' ? {} : { authorization: `Bearer ${bearer}` } })).status
  assert.equal(await status('/metrics', ''), 401)
  assert.equal(await status('/metrics', readToken), 200)
  assert.equal(await status('/api/v1/server', token), 200)
  assert.equal(await status('/api/v1/drain', readToken, 'POST'), 403)
  assert.equal(await status('/', ''), 200, 'the dashboard is in the image')

  const load = ['load', `127.0.0.1:${framePort}`, '--duration=500ms', '--warm-up=100ms', '--json']
  const loaded = await engine.run('run', '--rm', ...confined, ...within, image, ...load)
  assert.equal(loaded.code, 0, loaded.stderr)
  assert.ok(JSON.parse(loaded.stdout).acked > 0)

  // What has come is answered while it stops, well before podman would kill it.
  const client = await FrameClient.connect(t, framePort)
  client.submit(1000)
  const stopping = engine.ask('stop', '--time', '30', 'lab')
  await client.acked()
  await stopping
  assert.equal(await engine.ask('inspect', '--format', '{{.State.ExitCode}}', 'lab'), '0')
  assert.match((await engine.run('logs', 'lab')).stderr, /draining/)

  await engine.ask('start', 'lab')
  await eventually('the same tokens', async () => (await status('/metrics', readToken).catch(() => 0)) === 200, 60_000)
  assert.equal(await status('/api/v1/server', token), 200)
})

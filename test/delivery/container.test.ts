import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync } from 'node:fs'
import test, { type TestContext } from 'node:test'
import type { ServerReport } from '../../src/contract/server-report.ts'
import { temporaryFolder } from '../integration/support/checkout.ts'
import { eventually } from '../integration/support/eventually.ts'
import { FrameClient } from '../integration/support/frame-client.ts'
import { root } from '../integration/support/processes.ts'
import { commandOf, commandWith, graceOf, services } from './support/compose.ts'
import { ContainerEngine } from './support/container-engine.ts'
import { textOf } from './support/documents.ts'
import { freePort } from './support/free-port.ts'
import { PrometheusProcess, writeConfiguration } from './support/prometheus.ts'

const image = 'localhost/framelab:test'
/** What compose asks for; the host's network in place of one of its own. */
const confined = ['--network=host', '--read-only', '--cap-drop=all', '--security-opt=no-new-privileges']
// More than the host's own limits cannot be had inside of another container.
const within = ['--ulimit', 'nofile=4096:4096', '--ulimit', 'nproc=4096:4096']
const dockerfile = textOf('docker/Dockerfile')
const prometheusInstalled = spawnSync('promtool', ['--version']).status === 0

/** One container of the image, with the volume and the ports that all of a test have. */
class Lab {
  readonly engine: ContainerEngine
  readonly framePort: number
  readonly url: string
  readonly #settings: readonly string[]

  constructor(engine: ContainerEngine, framePort: number, httpPort: number) {
    this.engine = engine
    this.framePort = framePort
    this.url = `http://127.0.0.1:${httpPort}`
    const ports = ['-e', `FRAMELAB_FRAME_PORT=${framePort}`, '-e', `FRAMELAB_HTTP_PORT=${httpPort}`]
    this.#settings = [...confined, ...within, ...ports, '-e', 'FRAMELAB_WORKERS=1', '-v', 'framelab-data:/data']
  }

  async start(): Promise<void> {
    const token = ['-e', 'FRAMELAB_TOKEN=auto']
    await this.engine.ask('run', '--detach', '--name', 'lab', ...this.#settings, ...token, image)
    const healthy = async () => (await this.engine.run('healthcheck', 'run', 'lab')).code === 0
    await eventually('a healthy container', healthy, 60_000)
  }

  startWithoutToken() {
    return this.engine.run('run', '--rm', ...this.#settings, image)
  }

  async status(path: string, bearer: string, method = 'GET'): Promise<number> {
    const headers: Record<string, string> = bearer === '' ? {} : { authorization: `Bearer ${bearer}` }
    return (await fetch(this.url + path, { method, headers })).status
  }

  /** What is logged, and what is printed. */
  async said(): Promise<string> {
    const { stdout, stderr } = await this.engine.run('logs', 'lab')
    return stdout + stderr
  }
}

test('the image is built, and runs as compose has it: healthy, loaded, scraped, drained, and with its data kept', {
  timeout: 900_000,
  skip: ContainerEngine.missing
}, async t => {
  const engine = new ContainerEngine(t)
  await build(engine)
  const lab = new Lab(engine, await freePort(), await freePort())
  const refused = await lab.startWithoutToken()
  assert.equal(refused.code, 2, refused.stderr)
  assert.match(refused.stderr, /--token auto/)

  await lab.start()
  assert.match(await engine.ask('exec', 'lab', 'id'), /^uid=1000\(node\) gid=1000\(node\)/)
  assert.notEqual((await engine.run('exec', 'lab', 'sh', '-c', 'echo 1 > /app/file')).code, 0)
  await holdsWhatIsSaid(engine)

  // The operator's token is told once, and Prometheus reads its own from the volume.
  const [, token = ''] = /shown this once[^\n]*\n\s*(\S+)/.exec(await lab.said()) ?? []
  const readToken = await tokenOfPrometheus(engine)
  assert.equal(await lab.status('/metrics', ''), 401)
  assert.equal(await lab.status('/metrics', readToken), 200)
  assert.equal(await lab.status('/api/v1/server', token), 200)
  assert.equal(await lab.status('/api/v1/drain', readToken, 'POST'), 403)
  assert.equal(await lab.status('/', ''), 200, 'the dashboard is in the image')
  await t.test(
    'a real Prometheus scrapes it with the flags, the user and the volume of compose',
    { skip: prometheusInstalled ? false : 'prometheus is not installed' },
    sub => scrape(sub, lab)
  )

  await serveTheLoadOfCompose(lab, token)

  // What has come is answered while it stops, well before it would be killed: that would not be exit code 0.
  const client = await FrameClient.connect(t, lab.framePort)
  client.submit(1000)
  const stopping = engine.ask('stop', '--time', `${graceOf('framelab')}`, 'lab')
  await client.acked()
  await stopping
  assert.equal(await engine.ask('inspect', '--format', '{{.State.ExitCode}}', 'lab'), '0')
  assert.match(await lab.said(), /draining/)

  // As `docker compose down` and `up` do: another container, the same volume.
  await engine.ask('rm', 'lab')
  await lab.start()
  assert.equal(await lab.status('/metrics', readToken), 200)
  assert.equal(await lab.status('/api/v1/server', token), 200)
  assert.doesNotMatch(await lab.said(), /shown this once/)
})

/** Until it is stopped, as its container is when the profile is taken down: then it says what it has found, and ends well. */
async function serveTheLoadOfCompose({ engine, framePort, url }: Lab, token: string): Promise<void> {
  const command = commandOf('load').map(word => word.replace(/^framelab:\d+$/, `127.0.0.1:${framePort}`))
  await engine.ask('run', '--detach', '--name', 'load', ...confined, ...within, image, ...command)
  await eventually(
    'load on the server',
    async () => {
      const headers = { authorization: `Bearer ${token}` }
      const { totals } = (await (await fetch(`${url}/api/v1/server`, { headers })).json()) as ServerReport
      return totals.framesReceived > 1000
    },
    60_000
  )
  await engine.ask('stop', '--time', `${graceOf('load')}`, 'load')
  assert.equal(await engine.ask('inspect', '--format', '{{.State.ExitCode}}', 'load'), '0')
  assert.match(await engine.ask('logs', 'load'), /acked/)
}

async function build(engine: ContainerEngine): Promise<void> {
  const [, version] = /^ARG NODE_VERSION=(\S+)/m.exec(dockerfile) ?? []
  const base = `docker.io/library/node:${version}-bookworm-slim`
  engine.importBase(base)
  const flags = ['--isolation=chroot', '--format=docker', '--layers=false', '--pull=never', '-f', 'docker/Dockerfile']
  await engine.ask('build', ...flags, '-t', image, root)
  const labels = JSON.parse(await engine.ask('inspect', '--format', '{{json .Labels}}', image))
  assert.equal(labels['org.opencontainers.image.title'], 'framelab')
  assert.equal(labels['org.opencontainers.image.base.name'], base)
}

/** What the Dockerfile says of the size of what it adds, and of what is not in it. */
async function holdsWhatIsSaid(engine: ContainerEngine): Promise<void> {
  const [, said = ''] = /\(about (\d+) MB\)/.exec(dockerfile) ?? []
  const megabytes = Number(
    (await engine.ask('exec', 'lab', 'du', '-s', '-B', '1000000', '--apparent-size', '/app')).split(/\s/)[0]
  )
  assert.ok(Math.abs(megabytes - Number(said)) <= 5, `/app has ${megabytes} MB, and is said to have ${said}`)
  const packages = await engine.ask('exec', 'lab', 'ls', '/app', '/app/node_modules')
  for (const name of ['test', 'src', 'typescript', 'tsx', 'esbuild']) {
    assert.ok(!packages.split('\n').includes(name), `${name} is not in the image`)
  }
}

/** The user, the group and the volume that compose gives to Prometheus. */
const asPrometheus = [
  '--user=65534:65534',
  ...(services.prometheus?.group_add ?? []).map(group => `--group-add=${group}`),
  '--volume=framelab-data:/run/framelab:ro'
]

async function tokenOfPrometheus(engine: ContainerEngine): Promise<string> {
  const read = (file: string) =>
    engine.run('run', '--rm', ...confined, ...within, ...asPrometheus, '--entrypoint', 'cat', image, file)
  assert.equal((await read('/run/framelab/tokens.json')).code, 1, 'the hashes of all tokens are none of its business')
  return (await read('/run/framelab/read-token')).stdout.trim()
}

/** Debian's Prometheus in a container that has nothing but what compose gives to it; only the target's address is another. */
async function scrape(t: TestContext, { engine, url }: Lab): Promise<void> {
  const folder = temporaryFolder(t)
  writeConfiguration(folder, new URL(url).host)
  chmodSync(folder, 0o755)
  for (const name of ['prometheus', 'promtool']) cpSync(`/usr/bin/${name}`, `${folder}/bin/${name}`)
  const port = await freePort()
  const command = commandWith('prometheus', { 'web.listen-address': `127.0.0.1:${port}` })
  const mounts = [`--volume=${folder}:/etc/prometheus:ro`, '--tmpfs=/prometheus:mode=1777']
  const path = ['--env=PATH=/etc/prometheus/bin:/usr/bin', '--entrypoint=prometheus']
  const program = engine.start(
    ...['run', '--rm', '--name', 'prometheus', ...confined, ...within, ...asPrometheus, ...mounts, ...path, image],
    ...command
  )
  const prometheus = await PrometheusProcess.ready(program, port)
  await prometheus.targetUp('framelab')
  const [kind, ...check] = services.prometheus?.healthcheck?.test ?? []
  assert.equal(kind, 'CMD')
  await engine.ask('exec', 'prometheus', ...check.map(word => word.replace(':9090', `:${port}`)))
  await engine.ask('stop', '--time', '10', 'prometheus')
}

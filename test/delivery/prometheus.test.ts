import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { temporaryFolder } from '../integration/support/checkout.ts'
import { eventually } from '../integration/support/eventually.ts'
import { FrameClient } from '../integration/support/frame-client.ts'
import { startLoad } from '../integration/support/load.ts'
import { Program } from '../integration/support/processes.ts'
import { type ServerProcess, startServer } from '../integration/support/server.ts'
import { commandWith } from './support/compose.ts'
import { dashboards, expressionsOf, filledIn } from './support/dashboards.ts'
import { inRoot, textOf, yamlOf } from './support/documents.ts'
import { freePort } from './support/free-port.ts'
import { PrometheusProcess, writeConfiguration } from './support/prometheus.ts'

interface Rule {
  readonly record?: string
  readonly alert?: string
  readonly expr: string
}

const promtool = (...args: string[]) => spawnSync('promtool', args, { encoding: 'utf8' })
const installed = spawnSync('prometheus', ['--version']).status === 0 && promtool('--version').status === 0
const limits = { timeout: 240_000, skip: installed ? false : 'prometheus is not installed' }

const rules = ['recording', 'alerts'].flatMap(name =>
  yamlOf<{ groups: { rules: Rule[] }[] }>(`docker/prometheus/rules/${name}.yaml`).groups.flatMap(group => group.rules)
)

test('promtool accepts the configuration and the rules, and their own tests pass', limits, t => {
  const folder = temporaryFolder(t)
  writeWithCredentials(folder, '127.0.0.1:1')
  const checks = [
    ['check', 'config', join(folder, 'prometheus.yaml')],
    ['check', 'rules', ...['recording', 'alerts'].map(name => inRoot(`docker/prometheus/rules/${name}.yaml`))],
    ['test', 'rules', inRoot('docker/prometheus/rules/tests.yaml')]
  ]
  for (const args of checks) {
    const { status, stdout, stderr } = promtool(...args)
    assert.equal(status, 0, `promtool ${args.join(' ')}: ${stdout}${stderr}`)
  }
})

test('every rule and every alert has a test', () => {
  const text = textOf('docker/prometheus/rules/tests.yaml')
  for (const { record, alert } of rules) assert.ok(text.includes(record ?? `- alertname: ${alert}`), record ?? alert)
})

test('a real Prometheus on the shipped configuration has data for every panel, rule and alert', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  // Both states of a switch at once, and everything that a panel may show.
  await server.ask('PATCH', '/api/v1/optimizations', { preset: 'baseline', workers: [1] })
  const load = startLoad(t, server, ['--rate', '2000', '--connections', '8', '--duration', '5m'])
  const prometheus = await startPrometheus(t, server)
  await prometheus.targetUp('framelab')
  await happen(t, server)

  const missing = new Set(wanted().map(({ place }) => place))
  await eventually(
    'data for every expression',
    async () => {
      for (const { place, expression } of wanted().filter(one => missing.has(one.place))) {
        if ((await prometheus.query(expression)).length > 0) missing.delete(place)
      }
      return missing.size === 0
    },
    90_000
  ).catch(error => {
    throw new Error([...missing].join('\n'), { cause: error })
  })

  // As Prometheus itself evaluates them: every one without an error, and those fire for which there was cause.
  const evaluated = await prometheus.rules()
  assert.equal(evaluated.length, rules.length)
  for (const { name, health, lastError } of evaluated) assert.equal(health, 'ok', `${name}: ${lastError}`)
  await eventually(
    'an alert about the worker that crashed',
    async () => (await prometheus.query('ALERTS{alertname="FramelabWorkerCrashed", alertstate="firing"}')).length > 0
  )

  // From a slow batch to the connection it was of: open still, or among those that closed.
  const [exemplar] = await eventually('an exemplar', async () => {
    const labels = await prometheus.exemplars('framelab_batch_duration_seconds_bucket')
    return labels.length > 0 && labels
  })
  assert.equal((await server.call('GET', `/api/v1/connections/${exemplar?.connection}`)).status, 200)
  load.program.signal('SIGINT')
})

/** A crash of a worker, a bad stream and a switch: what panels, annotations and alerts are about. */
async function happen(t: TestContext, server: ServerProcess): Promise<void> {
  const bad = await FrameClient.connect(t, server.framePort)
  bad.socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff]))
  await bad.untilClosed()
  process.kill(await server.pidOf(2), 'SIGKILL')
  await server.ask('PATCH', '/api/v1/optimizations', { noDelay: false, workers: [1] })
  const closed = await FrameClient.connect(t, server.framePort)
  closed.socket.destroy()
}

interface Wanted {
  readonly place: string
  readonly expression: string
}

function wanted(): Wanted[] {
  const ofPanels = dashboards().flatMap(dashboard =>
    expressionsOf(dashboard).map(({ place, expression }) => ({ place, expression: filledIn(expression) }))
  )
  const ofRules = rules.map(({ record, alert, expr }) => ({
    place: record ?? `${alert}`,
    // What an alert compares with a bound is there, whether or not it is beyond it.
    expression: record ?? expr.replace(/ (?:==|>) [\d.]+\s*$/, '')
  }))
  return [...ofPanels, ...ofRules]
}

function writeWithCredentials(folder: string, target: string): void {
  const credentials = join(folder, 'read-token')
  writeFileSync(credentials, 'any')
  writeConfiguration(folder, target, credentials)
}

/** With the flags of compose; only places and ports are others. */
async function startPrometheus(t: TestContext, server: ServerProcess): Promise<PrometheusProcess> {
  const folder = temporaryFolder(t)
  const port = await freePort()
  writeWithCredentials(folder, new URL(server.url).host)
  const args = commandWith('prometheus', {
    'config.file': join(folder, 'prometheus.yaml'),
    'storage.tsdb.path': join(folder, 'data'),
    'web.listen-address': `127.0.0.1:${port}`
  })
  return PrometheusProcess.ready(new Program(t, args, { command: 'prometheus', cwd: folder }), port)
}

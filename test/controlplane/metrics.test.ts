import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { optimizationNames } from '../../src/contract/optimizations.ts'
import { closeReasons, refusalReasons } from '../../src/contract/reasons.ts'
import { gcKinds, gcPauseBoundsSeconds } from '../../src/telemetry/gc-monitor.ts'
import { type Exposition, parseExposition } from './exposition.ts'
import { labApp } from './lab-app.ts'

async function scrape(t: Parameters<typeof labApp>[0]): Promise<Exposition & Awaited<ReturnType<typeof labApp>>> {
  const lab = await labApp(t)
  return { ...lab, ...parseExposition((await lab.ask('GET', '/metrics')).text) }
}

test('metrics are text of format 0.0.4, made of one reading of the lab', async t => {
  const { ask, lab } = await labApp(t)
  const received = await ask('GET', '/metrics')
  assert.equal(received.status, 200)
  assert.match(received.headers['content-type'] ?? '', /^text\/plain; version=0\.0\.4/)
  assert.equal(lab.metricsReads, 1)
})

test('every metric has its promised name and type', async t => {
  const { types } = await scrape(t)
  assert.deepEqual(Object.fromEntries(types), {
    framelab_connections_accepted_total: 'counter',
    framelab_connections_closed_total: 'counter',
    framelab_frames_received_total: 'counter',
    framelab_frames_sent_total: 'counter',
    framelab_bytes_received_total: 'counter',
    framelab_bytes_sent_total: 'counter',
    framelab_reads_total: 'counter',
    framelab_writes_total: 'counter',
    framelab_refused_total: 'counter',
    framelab_handler_errors_total: 'counter',
    framelab_worker_restarts_total: 'counter',
    framelab_worker_crashes_total: 'counter',
    framelab_control_plane_cpu_seconds_total: 'counter',
    framelab_snapshots_total: 'counter',
    framelab_snapshot_bytes_total: 'counter',
    framelab_snapshot_seconds_total: 'counter',
    framelab_connections_open: 'gauge',
    framelab_optimization_enabled: 'gauge',
    framelab_experiment_running: 'gauge',
    framelab_experiment_arm: 'gauge',
    framelab_worker_up: 'gauge',
    framelab_build_info: 'gauge',
    framelab_batch_duration_seconds: 'histogram',
    process_cpu_user_seconds_total: 'counter',
    process_cpu_system_seconds_total: 'counter',
    process_cpu_seconds_total: 'counter',
    process_start_time_seconds: 'gauge',
    process_resident_memory_bytes: 'gauge',
    process_open_fds: 'gauge',
    nodejs_eventloop_active_seconds_total: 'counter',
    nodejs_eventloop_idle_seconds_total: 'counter',
    nodejs_eventloop_lag_mean_seconds: 'gauge',
    nodejs_eventloop_lag_p50_seconds: 'gauge',
    nodejs_eventloop_lag_p99_seconds: 'gauge',
    nodejs_eventloop_lag_max_seconds: 'gauge',
    nodejs_heap_size_total_bytes: 'gauge',
    nodejs_heap_size_used_bytes: 'gauge',
    nodejs_external_memory_bytes: 'gauge',
    nodejs_array_buffers_bytes: 'gauge',
    nodejs_version_info: 'gauge',
    nodejs_gc_duration_seconds: 'histogram'
  })
})

test('figures of a worker have the value that the lab gave', async t => {
  const { sampleOf, lab } = await scrape(t)
  for (const worker of ['1', '2']) {
    const totals = lab.totals.get(Number(worker))
    assert.equal(sampleOf('framelab_connections_open', { worker }), totals?.connectionsOpen)
    assert.equal(sampleOf('framelab_connections_accepted_total', { worker }), totals?.connectionsAccepted)
    assert.equal(sampleOf('framelab_frames_received_total', { worker }), totals?.framesReceived)
    assert.equal(sampleOf('framelab_frames_sent_total', { worker }), totals?.framesSent)
    assert.equal(sampleOf('framelab_bytes_received_total', { worker }), totals?.bytesReceived)
    assert.equal(sampleOf('framelab_bytes_sent_total', { worker }), totals?.bytesSent)
    assert.equal(sampleOf('framelab_reads_total', { worker }), totals?.reads)
    assert.equal(sampleOf('framelab_writes_total', { worker }), totals?.writes)
    for (const reason of closeReasons) {
      assert.equal(sampleOf('framelab_connections_closed_total', { worker, reason }), totals?.closed[reason])
    }
    for (const reason of refusalReasons) {
      assert.equal(sampleOf('framelab_refused_total', { worker, reason }), totals?.refused[reason])
    }
  }
  assert.equal(sampleOf('framelab_worker_up', { worker: '1' }), 1)
  assert.equal(sampleOf('framelab_experiment_running', {}), 1)
  assert.equal(sampleOf('framelab_experiment_arm', { worker: '1' }), 1)
  assert.equal(sampleOf('framelab_experiment_arm', { worker: '2' }), 0)
  assert.equal(sampleOf('framelab_worker_up', { worker: '2' }), 0)
  assert.equal(sampleOf('framelab_worker_restarts_total', { worker: '2' }), 1)
  assert.equal(sampleOf('framelab_worker_crashes_total', { worker: '2' }), 0)
  assert.equal(sampleOf('framelab_control_plane_cpu_seconds_total', {}), 3)
  assert.equal(sampleOf('framelab_snapshots_total', { worker: '1' }), 20)
  assert.equal(sampleOf('framelab_snapshot_bytes_total', { worker: '1' }), 40_000)
  assert.equal(sampleOf('framelab_snapshot_seconds_total', { worker: '1' }), 0.004)
  assert.equal(sampleOf('framelab_build_info', { version: '1.2.3', node: 'v20.20.2' }), 1)
})

test('a switch shows as on or off where it is', async t => {
  const { ask } = await labApp(t)
  await ask('PATCH', '/api/v1/optimizations', { body: { packetPool: false, workers: [2] } })
  const { sampleOf } = parseExposition((await ask('GET', '/metrics')).text)
  for (const name of optimizationNames) {
    assert.equal(sampleOf('framelab_optimization_enabled', { worker: '1', name }), 1)
    assert.equal(sampleOf('framelab_optimization_enabled', { worker: '2', name }), name === 'packetPool' ? 0 : 1)
  }
})

test('figures of processes are those of the primary and of each worker that has spoken', async t => {
  const { sampleOf } = await scrape(t)
  for (const labels of [{ process: 'primary' }, { process: 'worker', worker: '1' }]) {
    assert.equal(sampleOf('process_cpu_seconds_total', labels), 3)
    assert.equal(sampleOf('process_start_time_seconds', labels), Date.parse('2026-01-02T03:04:05Z') / 1000)
    assert.equal(sampleOf('nodejs_eventloop_lag_p99_seconds', labels), 0.004)
    assert.equal(
      sampleOf('nodejs_version_info', { ...labels, version: 'v20.20.2', major: '20', minor: '20', patch: '2' }),
      1
    )
  }
  assert.equal(sampleOf('process_cpu_seconds_total', { process: 'worker', worker: '2' }), undefined)
})

test('open files are counted, and left out where they cannot be', async t => {
  const { ask, lab } = await labApp(t)
  const metrics = await lab.metrics()
  lab.metrics = async () => ({ ...metrics, primary: { ...metrics.primary, pid: 2 ** 30 } })
  const { sampleOf } = parseExposition((await ask('GET', '/metrics')).text)
  assert.equal(sampleOf('process_open_fds', { process: 'primary' }), undefined)
  if (process.platform === 'linux')
    assert.ok((sampleOf('process_open_fds', { process: 'worker', worker: '1' }) ?? 0) > 2)
})

test('the batch histogram has the counts of the snapshot, and all batches in its last bucket', async t => {
  const { sampleOf } = await scrape(t)
  const bucket = (le: string) => sampleOf('framelab_batch_duration_seconds_bucket', { worker: '1', le })
  assert.deepEqual([bucket('1e-05'), bucket('0.01'), bucket('1.0'), bucket('+Inf')], [5, 8, 8, 9])
  assert.equal(sampleOf('framelab_batch_duration_seconds_sum', { worker: '1' }), 2.25)
  assert.equal(sampleOf('framelab_batch_duration_seconds_count', { worker: '1' }), 9)
})

test('the histogram of collections is cumulative, for each kind', async t => {
  const { sampleOf } = await scrape(t)
  const labels = { process: 'worker', worker: '1' }
  for (const kind of gcKinds) assert.ok(sampleOf('nodejs_gc_duration_seconds_count', { ...labels, kind }) !== undefined)
  const bucket = (le: string) => sampleOf('nodejs_gc_duration_seconds_bucket', { ...labels, kind: 'minor', le })
  assert.deepEqual(gcPauseBoundsSeconds.slice(0, 2), [0.00005, 0.0001])
  assert.deepEqual([bucket('5e-05'), bucket('0.0001'), bucket('1.0'), bucket('+Inf')], [10, 20, 20, 20])
})

test('the text is as long with ten thousand connections as with none', async t => {
  const { ask, lab } = await labApp(t)
  const seriesOf = async () => parseExposition((await ask('GET', '/metrics')).text).series
  const before = await seriesOf()
  lab.addConnections(10_000)
  assert.equal(await seriesOf(), before)
})

test('two scrapes at once do not disturb each other', async t => {
  const { ask } = await labApp(t)
  const withoutFiles = (text: string) => text.replaceAll(/^process_open_fds.*$/gm, '')
  const texts = await Promise.all([1, 2, 3].map(async () => withoutFiles((await ask('GET', '/metrics')).text)))
  assert.equal(new Set(texts).size, 1)
})

const openMetrics = 'application/openmetrics-text; version=1.0.0'
test('who asks for OpenMetrics gets it, and everybody else text', async t => {
  const { ask } = await labApp(t)
  const given = async (accept: string) =>
    (await ask('GET', '/metrics', { headers: { accept } })).headers['content-type']
  for (const accept of [
    // Prometheus 2 and 3.
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    'application/openmetrics-text',
    'Application/OpenMetrics-Text; Q=0.1'
  ]) {
    assert.equal(await given(accept), `${openMetrics}; charset=utf-8`, accept)
  }
  for (const accept of [
    '',
    '*/*',
    'text/plain',
    'application/json',
    'application/openmetrics-text; version=2.0.0',
    'application/openmetrics-text; q=0',
    'application/openmetrics-text; q=many',
    'application/openmetrics-text; q=0.1, text/plain'
  ]) {
    assert.match((await given(accept)) ?? '', /^text\/plain; version=0\.0\.4/, accept)
  }
  assert.equal((await ask('GET', '/metrics')).headers.vary, 'accept')
})

test('in OpenMetrics the bucket of a slow batch names its connection', async t => {
  const { ask } = await labApp(t)
  const { text } = await ask('GET', '/metrics', { headers: { accept: openMetrics } })
  const plain = (await ask('GET', '/metrics')).text
  const exemplars = text.match(/^.* # .*$/gm)?.filter(line => line.includes('worker="1"'))
  assert.deepEqual(exemplars, [
    'framelab_batch_duration_seconds_bucket{worker="1",le="0.01"} 8 # {connection="1-8"} 0.005 1795906801',
    'framelab_batch_duration_seconds_bucket{worker="1",le="+Inf"} 9 # {connection="1-7"} 2.125 1795906800.125'
  ])
  // All else is the same in both: a series does not change its name with the format.
  const samplesOf = (of: string) =>
    of
      .split('\n')
      .filter(line => line !== '' && !/^#|^process_open_fds/.test(line))
      .map(line => line.replace(/ # .*/, ''))
  assert.deepEqual(samplesOf(text), samplesOf(plain))
  assert.doesNotMatch(plain, / # /)
})

// Debian's python3-prometheus-client: the reference implementation of the format.
const reader = [
  '-c',
  'import sys; from prometheus_client.openmetrics.parser import text_string_to_metric_families as read; print(len([*read(sys.stdin.read())]))'
]
const debianPython = '/usr/bin/python3'
const readable = spawnSync(debianPython, ['-c', 'import prometheus_client']).status === 0
test('an OpenMetrics reader that is not ours reads every metric', {
  skip: readable ? false : 'python3-prometheus-client is not installed'
}, async t => {
  const { ask } = await labApp(t)
  const { text } = await ask('GET', '/metrics', { headers: { accept: openMetrics } })
  const { stdout, stderr } = spawnSync(debianPython, reader, { input: text, encoding: 'utf8' })
  assert.equal(stderr, '')
  assert.equal(Number(stdout), text.match(/^# TYPE /gm)?.length)
})

const promtool = spawnSync('promtool', ['--version']).status === 0
test('promtool finds nothing to say', { skip: promtool ? false : 'promtool is not installed' }, async t => {
  const { ask } = await labApp(t)
  const { text } = await ask('GET', '/metrics')
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' })
})

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { environmentName, flagName, optionNames, optionsSchema } from '../../src/contract/options.ts'
import { runFramelab } from '../integration/support/processes.ts'
import { commandOf, composeFile, graceOf, services, volumes } from './support/compose.ts'
import { dashboards, expressionsOf } from './support/dashboards.ts'
import { inRoot, interpolated, textOf, yamlDocuments, yamlOf } from './support/documents.ts'

const dockerfile = textOf('docker/Dockerfile')
const ofImage = Object.fromEntries(
  [...dockerfile.matchAll(/^(?:ENV )? *(FRAMELAB_\w+)=(\S+)/gm)].map(([, name, value]) => [name, value])
)
const ofFramelab = Object.fromEntries(
  Object.entries(services.framelab?.environment ?? {}).map(([name, value]) => [name, interpolated(value)])
)
const limits = { timeout: 60_000 }

const namesIn = (path: string, pattern: RegExp): string[] =>
  [...textOf(path).matchAll(pattern)].map(([, name]) => `${name}`)

/** What the server in the container would run with. */
async function printed(t: Parameters<typeof runFramelab>[0]): Promise<Record<string, unknown>> {
  const env = { ...ofImage, ...ofFramelab }
  const { code, stdout, stderr } = await runFramelab(t, ['serve', '--print-config'], { env })
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout)
}

test('every variable that image, compose, unit and manifests set for framelab is one of its own', () => {
  const known = ['FRAMELAB_CONFIG', ...optionNames.map(environmentName)]
  const named = [
    ...Object.keys({ ...ofImage, ...ofFramelab }),
    ...namesIn('docker/systemd/framelab.service', /\b(FRAMELAB_\w+)=/g),
    ...namesIn('docker/kubernetes/framelab.yaml', /name: (FRAMELAB_\w+)/g),
    ...namesIn('docker/healthcheck.mjs', /\b(FRAMELAB_\w+)/g)
  ]
  assert.ok(named.length > 8)
  assert.deepEqual(
    named.filter(name => !known.includes(name)),
    []
  )
})

test(
  'in the container both ports listen on all interfaces, where image, compose and Prometheus look for them',
  limits,
  async t => {
    const options = await printed(t)
    assert.equal(options.frameHost, '0.0.0.0')
    assert.equal(options.httpHost, '0.0.0.0')
    assert.deepEqual(options.allowedHosts, ['framelab'])
    // Whatever FRAMELAB_TOKEN the shell has for its clients: with one secret alone, Prometheus would be locked out.
    assert.equal(services.framelab?.environment?.FRAMELAB_TOKEN, 'auto')
    assert.equal(options.token, 'auto')
    assert.match(dockerfile, new RegExp(`^EXPOSE ${options.framePort} ${options.httpPort}$`, 'm'))
    assert.match(dockerfile, new RegExp(`^VOLUME ${options.dataDir}$`, 'm'))
    const inside = services.framelab?.ports?.map(port => Number(port.split(':').at(-1)))
    assert.deepEqual(inside, [options.framePort, options.httpPort])
    assert.match(textOf('docker/prometheus/prometheus.yaml'), new RegExp(`- framelab:${options.httpPort}$`, 'm'))
    const ofPods = namesIn('docker/kubernetes/framelab.yaml', /containerPort: (\d+)/g)
    assert.deepEqual(ofPods, [`${options.framePort}`, `${options.httpPort}`])
    assert.ok(namesIn('docker/kubernetes/framelab.yaml', /mountPath: (\S+)/g).includes(`${options.dataDir}`))
    // Longer than the drain may take, so that nothing is cut.
    assert.ok(graceOf('framelab') * 1000 > Number(options.shutdownTimeoutMs))
  }
)

test('Prometheus reads the token where framelab puts it', limits, async t => {
  const { dataDir } = await printed(t)
  const mountOf = (service: string, target: string) =>
    services[service]?.volumes?.map(volume => volume.split(':')).find(([, path]) => path === target)
  const credentials = /credentials_file: (\S+)/.exec(textOf('docker/prometheus/prometheus.yaml'))?.[1] ?? ''
  const [volume] = mountOf('framelab', `${dataDir}`) ?? []
  assert.deepEqual(mountOf('prometheus', dirname(credentials)), [volume, dirname(credentials), 'ro'])
})

test('every published port is on loopback and can be moved, and every volume is named or a path that is there', () => {
  for (const [name, { ports = [], volumes: mounts = [] }] of Object.entries(services)) {
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:\$\{\w+:-\d+\}:\d+$/, name)
    for (const [source = ''] of mounts.map(mount => mount.split(':'))) {
      if (source.startsWith('./')) assert.ok(existsSync(inRoot(join('docker', source))), `${name}: ${source}`)
      else assert.ok(source === '/' || source in volumes, `${name}: ${source}`)
    }
  }
})

test('what waits for a service waits for its health, and the service has a check of it', () => {
  for (const [name, { depends_on: needed = {} }] of Object.entries(services)) {
    for (const [other, { condition }] of Object.entries(needed)) {
      assert.equal(condition, 'service_healthy', name)
      assert.ok(
        services[other]?.healthcheck !== undefined || (other === 'framelab' && /^HEALTHCHECK/m.test(dockerfile))
      )
    }
  }
})

test('whatever the Dockerfile copies is sent to the builder, and nothing else is', () => {
  const { build } = services.framelab ?? {}
  assert.ok(existsSync(inRoot(join('docker', build?.context ?? '', build?.dockerfile ?? ''))))
  const sent =
    textOf('.dockerignore')
      .match(/^!.+/gm)
      ?.map(line => line.slice(1)) ?? []
  const copied = dockerfile.match(/^COPY (?!--from).+/gm)?.flatMap(line => line.split(' ').slice(1, -1)) ?? []
  assert.deepEqual([...new Set(copied)].sort(), [...sent].sort())
  for (const path of sent) assert.ok(existsSync(inRoot(path)), path)
})

test('the load of compose is a command that framelab has', limits, async t => {
  const [command = '', target, ...flags] = commandOf('load')
  assert.equal(command, 'load')
  assert.match(`${target}`, new RegExp(`^framelab:${ofImage.FRAMELAB_FRAME_PORT}$`))
  const { stdout } = await runFramelab(t, [command, '--help'])
  for (const flag of flags) assert.ok(stdout.includes(`${flag.split('=')[0]} `), flag)
})

test('the dashboards ask the data source that is provisioned, and are where Grafana looks for them', () => {
  const [source] = yamlOf<{ datasources: { uid: string; url: string }[] }>(
    'docker/grafana/provisioning/datasources/prometheus.yaml'
  ).datasources
  const [provider] = yamlOf<{ providers: { options: { path: string } }[] }>(
    'docker/grafana/provisioning/dashboards/framelab.yaml'
  ).providers
  const mount = services.grafana?.volumes
    ?.map(volume => volume.split(':'))
    .find(([from]) => from === './grafana/dashboards')
  assert.equal(provider?.options.path, mount?.[1])
  assert.equal(source?.url, `http://prometheus:${services.prometheus?.ports?.[0]?.split(':').at(-1)}`)

  const boards = dashboards()
  assert.equal(new Set(boards.map(({ uid }) => uid)).size, boards.length)
  for (const { title, panels, annotations } of boards) {
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length, title)
    const asked = [
      ...panels.filter(({ type }) => type !== 'row').map(({ datasource }) => datasource),
      ...panels.flatMap(({ targets = [] }) => targets.map(({ datasource }) => datasource)),
      ...annotations.list.map(({ datasource }) => datasource)
    ]
    for (const datasource of asked) assert.equal(datasource?.uid, source?.uid, title)
  }
  const home = services.grafana?.environment?.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH ?? ''
  assert.ok(existsSync(inRoot(home.replace(provider?.options.path ?? '', 'docker/grafana/dashboards'))))
  assert.ok(boards.flatMap(expressionsOf).length > 60)
})

const systemdAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0
test('systemd finds nothing to say about the unit', {
  skip: systemdAnalyze ? false : 'systemd-analyze is not installed'
}, () => {
  const { status, stdout, stderr } = spawnSync(
    'systemd-analyze',
    ['verify', '--man=no', inRoot('docker/systemd/framelab.service')],
    { encoding: 'utf8' }
  )
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' })
  const unit = textOf('docker/systemd/framelab.service')
  assert.equal(`/var/lib/${/^StateDirectory=(.+)$/m.exec(unit)?.[1]}`, /FRAMELAB_DATA_DIR=(\S+)/.exec(unit)?.[1])
  const stopMs = 1000 * Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])
  assert.ok(stopMs > optionsSchema.parse({}).shutdownTimeoutMs)
  const flags = unit.match(/--[\w-]+/g) ?? []
  assert.deepEqual(
    flags.filter(
      flag =>
        !optionNames.some(name => `--${flagName(name)}` === flag) &&
        flag !== '--global' &&
        flag !== '--now' &&
        flag !== '--help'
    ),
    []
  )
})

test('the files of compose and of Kubernetes are read as YAML with nothing to complain about', () => {
  for (const path of [composeFile, 'docker/kubernetes/framelab.yaml']) assert.ok(yamlDocuments(path).length > 0)
})

const { version } = JSON.parse(textOf('package.json'))
test('image, label and manifests carry the version of the package, and every other image one of its own', () => {
  assert.equal(/image\.version="([^"]+)"/.exec(dockerfile)?.[1], version)
  for (const service of ['framelab', 'load'])
    assert.equal(interpolated(services[service]?.image ?? ''), `framelab:${version}`)
  assert.deepEqual(namesIn('docker/kubernetes/framelab.yaml', /image: (\S+)/g), [`framelab:${version}`])
  for (const { image } of Object.values(services)) assert.match(interpolated(image), /^[a-z/-]+:v?\d+\.\d+\.\d+$/)
  const [, node] = /^ARG NODE_VERSION=(\d+\.\d+\.\d+)$/m.exec(dockerfile) ?? []
  assert.deepEqual(namesIn('.github/workflows/release.yaml', /image: node:(\S+)-bookworm/g), [node])
})

const composeCommand = spawnSync('docker-compose', ['version']).status === 0
test('Compose reads the file, as a project of its own, with and without its profiles', {
  skip: composeCommand ? false : 'docker-compose is not installed'
}, () => {
  const config = (...args: string[]) =>
    spawnSync('docker-compose', ['-f', inRoot(composeFile), ...args], { encoding: 'utf8', cwd: inRoot('test') })
  const known = config('--profile', 'load', '--profile', 'host', 'config', '--services')
  assert.deepEqual(known.stdout.trim().split('\n').sort(), Object.keys(services).sort(), known.stderr)
  const { status, stdout, stderr } = config('config')
  assert.equal(status, 0, stderr)
  assert.doesNotMatch(stdout, /\$\{/)
  // Or it would be named for its folder, and share containers with every other project in a folder called docker.
  assert.equal(/^COMPOSE_PROJECT_NAME=(.+)$/m.exec(textOf('docker/.env'))?.[1], 'framelab')
})

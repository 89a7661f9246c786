import assert from 'node:assert/strict'
import test from 'node:test'
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { Service } from 'kubernetes-models/v1/Service'
import { optionsSchema } from '../../src/contract/options.ts'
import { findingsOf } from './support/compiler.ts'
import { filesIn, textOf, yamlDocuments } from './support/documents.ts'

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
}

// biome-ignore lint/suspicious/noExplicitAny: each model wants the type of its own document, and says at run time what is wrong
const models: Readonly<Record<string, new (manifest: any) => { validate(): void }>> = {
  Deployment,
  Service,
  PodDisruptionBudget,
  ServiceMonitor
}
const limits = { timeout: 120_000 }
const manifests = filesIn('docker/kubernetes').flatMap(file => yamlDocuments(file) as Manifest[])

function manifestOf(kind: string): Manifest & { readonly spec: object } {
  const found = manifests.find(manifest => manifest.kind === kind)
  assert.ok(found, `there is a ${kind}`)
  return found as Manifest & { readonly spec: object }
}

function validate(manifest: Manifest): void {
  const Model = models[manifest.kind]
  assert.ok(Model, `there is a schema of ${manifest.kind}`)
  new Model(manifest).validate()
}

test('every manifest is what the schema of its kind says', () => {
  assert.deepEqual(manifests.map(({ kind }) => kind).sort(), Object.keys(models).sort())
  for (const manifest of manifests) validate(manifest)
})

const types = `
import type { IServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor'
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment'
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import type { IService } from 'kubernetes-models/v1/Service'
`
test('no manifest has a field that its kind has not, which a cluster would drop without a word', limits, async t => {
  for (const manifest of manifests) {
    assert.equal(await findingsOf(t, types, `I${manifest.kind}`, JSON.stringify(manifest)), '', manifest.kind)
  }
  const spoilt = JSON.stringify(manifestOf('Deployment')).replace('"readinessProbe"', '"readinesProbe"')
  assert.match(await findingsOf(t, types, 'IDeployment', spoilt), /readinesProbe/)
})

test('what is no such manifest is found out', () => {
  const deployment = manifestOf('Deployment')
  assert.throws(
    () => validate({ ...deployment, spec: { ...deployment.spec, replicas: 'two' } } as Manifest),
    /replicas/
  )
})

test('selectors find what they are for, and probes ask what the API has', () => {
  const deployment = JSON.parse(JSON.stringify(manifestOf('Deployment').spec))
  const { labels } = deployment.template.metadata
  for (const kind of ['Service', 'PodDisruptionBudget', 'ServiceMonitor']) {
    const { selector } = JSON.parse(JSON.stringify(manifestOf(kind).spec))
    assert.deepEqual(selector.matchLabels ?? selector, labels, kind)
  }
  const { paths } = JSON.parse(textOf('openapi/openapi.json'))
  const [container] = deployment.template.spec.containers
  for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
    assert.ok(paths[container[probe].httpGet.path], probe)
    assert.ok(container.ports.some(({ name }: { name: string }) => name === container[probe].httpGet.port))
  }
})

test('a pod has time for its pause, its drain and its last answers before it is killed', () => {
  const { spec } = JSON.parse(JSON.stringify(manifestOf('Deployment').spec)).template
  const [, pauseMs] =
    /^setTimeout\(\(\) => \{\}, (\d+)\)$/.exec(spec.containers[0].lifecycle.preStop.exec.command[2]) ?? []
  const { shutdownTimeoutMs } = optionsSchema.parse({})
  assert.ok(spec.terminationGracePeriodSeconds * 1000 > Number(pauseMs) + shutdownTimeoutMs)
})

test('the control plane answers to every name that the cluster gives to the service', () => {
  const { containers } = JSON.parse(JSON.stringify(manifestOf('Deployment').spec)).template.spec
  const env: { name: string; value?: string; valueFrom?: object }[] = containers[0].env
  const namespace = env.findIndex(({ name }) => name === 'NAMESPACE')
  const hosts = env.findIndex(({ name }) => name === 'FRAMELAB_ALLOWED_HOSTS')
  assert.deepEqual(env[namespace]?.valueFrom, { fieldRef: { fieldPath: 'metadata.namespace' } })
  assert.ok(namespace < hosts, 'a variable is known to those behind it only')
  const { name } = manifestOf('Service').metadata
  const value = env[hosts]?.value?.replaceAll('$(NAMESPACE)', 'lab') ?? ''
  assert.deepEqual(value.split(','), [name, `${name}.lab`, `${name}.lab.svc`, `${name}.lab.svc.cluster.local`])
})

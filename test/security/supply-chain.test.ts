import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

interface Locked {
  readonly version?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly dev?: boolean
  readonly hasInstallScript?: boolean
}

function read<Content>(file: string): Content {
  return JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')) as Content
}

const manifest = read<Manifest>('package.json')
const { packages } = read<{ packages: Record<string, Locked> }>('package-lock.json')
const locked = Object.entries(packages).filter(([path]) => path !== '')

test('every package is locked to one version and the hash of its content', () => {
  assert.ok(locked.length > 100)
  for (const [path, { version, integrity = '' }] of locked) {
    assert.match(version ?? '', /^\d+\.\d+\.\d+/, path)
    assert.match(integrity, /^sha512-[\w+/]{86}==$/, path)
  }
})

test('every dependency is pinned, and the lock has the version that is pinned', () => {
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    assert.match(version, /^\d+\.\d+\.\d+$/, name)
    assert.equal(packages[`node_modules/${name}`]?.version, version, name)
  }
})

test('nothing that is installed with framelab runs a script while it is installed, nor does framelab', () => {
  const scripted = locked.filter(([, { dev, hasInstallScript }]) => hasInstallScript === true && dev !== true)
  assert.deepEqual(
    scripted.map(([path]) => path),
    []
  )
  for (const script of ['preinstall', 'install', 'postinstall', 'prepare'])
    assert.equal(manifest.scripts[script], undefined)
})

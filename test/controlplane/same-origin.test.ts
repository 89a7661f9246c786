import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostPolicy } from '../../src/controlplane/host-policy.ts'
import { assertProblem, labApp } from './lab-app.ts'

const allowed = [
  'localhost',
  'LOCALHOST:1',
  'localhost:8889',
  '127.0.0.1',
  '127.0.0.1:8889',
  '127.8.7.6:80',
  '[::1]',
  '[::1]:8889',
  '[0:0::1]:9'
]
const refused = [
  'evil.example',
  'evil.example:8889',
  'localhost.evil.example',
  'localhost@evil.example',
  'evil.example/localhost',
  'evil.example@localhost',
  'localhost/evil.example',
  'localhost#',
  '127.0.0.1.evil.example',
  '10.0.0.1:8889',
  '[fe80::1]:8889',
  '0.0.0.0:8889',
  'localhost:8889:1',
  'localhost:port',
  ' ',
  ''
]

test('loopback addresses and localhost are allowed hosts, with any port', () => {
  const isAllowed = hostPolicy('127.0.0.1', [])
  for (const host of allowed) assert.ok(isAllowed(host), host)
  for (const host of refused) assert.ok(!isAllowed(host), host)
})

test('the address listened on and the names given are allowed hosts, and no others', () => {
  const isAllowed = hostPolicy('192.0.2.7', ['Lab.Example'])
  for (const host of ['192.0.2.7:8889', 'lab.example', 'lab.example:80', 'localhost']) assert.ok(isAllowed(host), host)
  for (const host of ['192.0.2.8', 'x.lab.example', 'lab.example.evil.example']) assert.ok(!isAllowed(host), host)
  assert.ok(hostPolicy('2001:db8::7', [])('[2001:DB8:0::7]:8889'))
})

test('a server on all addresses may be called by any address, and by no other name', () => {
  for (const httpHost of ['0.0.0.0', '::']) {
    const isAllowed = hostPolicy(httpHost, [])
    for (const host of ['172.17.0.2:8889', '[2001:db8::1]', 'localhost']) assert.ok(isAllowed(host), host)
    assert.ok(!isAllowed('evil.example'))
  }
})

const requests = [
  ['GET', '/api/v1/server'],
  ['GET', '/metrics'],
  ['GET', '/documentation/json'],
  ['GET', '/nothing'],
  ['POST', '/api/v1/drain'],
  ['PATCH', '/api/v1/optimizations'],
  ['DELETE', '/api/v1/connections/1-0'],
  ['OPTIONS', '/api/v1/drain']
] as const

const foreign: readonly [name: string, status: number, headers: Readonly<Record<string, string>>][] = [
  ['by another name', 421, { host: 'evil.example:8889' }],
  ['from another origin', 403, { origin: 'http://evil.example' }],
  ['from another port of this machine', 403, { origin: 'http://127.0.0.1:3000' }],
  ['from this machine by another name', 403, { origin: 'http://localhost:8889' }],
  ['from a sandboxed page', 403, { origin: 'null' }],
  ['from a page of another scheme', 403, { origin: 'ftp://127.0.0.1:8889' }],
  ['with an origin that is no address', 403, { origin: 'http://' }],
  ['from another site', 403, { 'sec-fetch-site': 'cross-site' }],
  [
    'from another site in a frame',
    403,
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }
  ],
  ['from the same site', 403, { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }]
]
for (const [name, status, headers] of foreign) {
  test(`every request ${name} is refused and changes nothing`, async t => {
    const { ask, lab } = await labApp(t)
    lab.addConnections(1)
    const before = lab.optimizations()
    for (const [method, url] of requests) {
      const body = method === 'PATCH' ? { preset: 'baseline' } : undefined
      assertProblem(await ask(method, url, { body, headers }), status)
    }
    await new Promise(setImmediate)
    assert.equal(lab.drains, 0)
    assert.deepEqual(lab.closed, [])
    assert.deepEqual(lab.optimizations(), before)
  })
}

test('the page of the control plane itself may do everything', async t => {
  const { ask, lab } = await labApp(t)
  const headers = { origin: 'http://127.0.0.1:8889', 'sec-fetch-site': 'same-origin' }
  assert.equal((await ask('PATCH', '/api/v1/optimizations', { body: { noDelay: false }, headers })).status, 200)
  assert.ok(!lab.enabled(1).includes('noDelay'))
  const onDefaultPort = { host: 'localhost:80', origin: 'http://localhost' }
  assert.equal((await ask('GET', '/api/v1/server', { headers: onDefaultPort })).status, 200)
  const behindProxy = { host: 'localhost', origin: 'https://localhost' }
  assert.equal((await ask('GET', '/api/v1/server', { headers: behindProxy })).status, 200)
})

test('a link from elsewhere opens the documentation, by GET alone, and takes no profile', async t => {
  const { ask } = await labApp(t)
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
  assert.equal((await ask('GET', '/documentation', { headers })).status, 200)
  assertProblem(await ask('POST', '/api/v1/drain', { headers }), 403)
  assertProblem(await ask('GET', '/debug/pprof/heap?seconds=1', { headers }), 403)
})

test('answers tell the browser to keep other pages away from them', async t => {
  const { ask } = await labApp(t)
  for (const url of ['/api/v1/server', '/documentation', '/nothing']) {
    const { headers } = await ask('GET', url)
    assert.equal(headers['access-control-allow-origin'], undefined)
    assert.equal(headers['x-frame-options'], 'DENY')
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
    assert.equal(headers['x-content-type-options'], 'nosniff')
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scopes } from '../../src/contract/access.ts'
import { newSecret } from '../../src/controlplane/access/secret.ts'
import { TokenList } from '../../src/controlplane/access/token-list.ts'
import { recordOf } from '../../src/controlplane/access/token-record.ts'
import { type LabApp, labApp } from '../controlplane/lab-app.ts'
import { quantile } from '../reliability/jain.ts'

/** As long as all headers of a request may be together, nearly. */
const LENGTH = 15_000
/** Whatever else the machine does, and whatever one text makes to do that another does not. */
const FACTOR = 20

const secret = newSecret()
const authorization = `Bearer ${secret}`

/** What is repeated, so that an expression that could take it in many ways tries them all. */
const pumps = [
  'a',
  'A-',
  '0',
  '1.',
  ' ',
  '\t',
  ':',
  '::',
  '/',
  '//',
  '=',
  ',',
  ', ',
  '"',
  'W/"',
  '.',
  '%',
  '~',
  '_',
  'é',
  '[',
  '\\'
]

const headers = [
  ...['authorization', 'host', 'origin', 'if-match', 'if-none-match', 'last-event-id', 'accept', 'content-type'],
  ...['accept-encoding', 'range', 'sec-fetch-site', 'traceparent', 'cookie', 'x-forwarded-for']
]
const queries = [
  ...['/api/v1/connections?address=', '/api/v1/connections?cursor=', '/api/v1/connections?minIdleSeconds='],
  ...['/api/v1/connections?sort=', '/api/v1/audit?limit=', '/debug/pprof/heap?seconds=', '/api/v1/profiles?limit='],
  ...['/api/v1/connections/', '/api/v1/profiles/', '/api/v1/experiments/', '/']
]
const bodies: Readonly<Record<string, (text: string) => object>> = {
  '/api/v1/connections/close': text => ({ filter: { address: text }, dryRun: true }),
  '/api/v1/load': text => ({ arrival: text }),
  '/api/v1/profiles': text => ({ kind: 'cpu', label: text }),
  '/api/v1/experiments': text => ({ arms: [{ name: text, preset: text }], label: text })
}

/** Sends a text to some place of a request. */
type Place = (app: LabApp, text: string) => Promise<unknown>

const latin1 = (text: string): string => text.replace(/[^\x20-\x7e\t\xe9]/g, '')
const places: Readonly<Record<string, Place>> = Object.fromEntries([
  ...headers.map((name): [string, Place] => [
    name,
    ({ app }, text) => {
      const given = {
        host: '127.0.0.1',
        authorization,
        [name]: latin1(name === 'authorization' ? `Bearer ${text}!` : text)
      }
      return app.inject({ url: '/api/v1/workers', headers: given })
    }
  ]),
  [
    'basic',
    ({ app }, text) =>
      app.inject({ url: '/debug/pprof/', headers: { host: '127.0.0.1', authorization: `Basic ${text}!` } })
  ],
  ...queries.map((url): [string, Place] => [
    url,
    ({ app }, text) =>
      app.inject({ url: url + encodeURIComponent(text), headers: { host: '127.0.0.1', authorization } })
  ]),
  ...Object.entries(bodies).map(([url, body]): [string, Place] => [
    url,
    ({ app }, text) =>
      app.inject({ method: 'POST', url, payload: body(text), headers: { host: '127.0.0.1', authorization } })
  ])
])

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now()
  await work()
  return performance.now() - beganMs
}

test('whatever is repeated in a header, an address or a body, it takes no longer than its length does', async t => {
  const app = await labApp(t, { tokens: new TokenList([recordOf('all', scopes, secret)]) })
  // As long, where nobody looks at it.
  const ignored: Place = (lab, text) =>
    lab.app.inject({ url: '/api/v1/workers', headers: { host: '127.0.0.1', authorization, 'x-ignored': text } })
  const plain: number[] = []
  for (let round = 0; round < 30; round++) plain.push(await msOf(() => ignored(app, 'a'.repeat(LENGTH))))
  const bearableMs = FACTOR * Math.max(1, quantile(plain, 0.5))
  for (const [name, place] of Object.entries(places)) {
    for (const pump of pumps) {
      const text = `${pump.repeat(LENGTH / pump.length)}!`
      let tookMs = await msOf(() => place(app, text))
      // Something else may have held it up: what is slow by itself is so again.
      for (let again = 0; tookMs > bearableMs && again < 20; again++)
        tookMs = Math.min(tookMs, await msOf(() => place(app, text)))
      assert.ok(tookMs <= bearableMs, `${JSON.stringify(pump)} in ${name}: ${tookMs} ms, ${bearableMs} are bearable`)
    }
  }
})

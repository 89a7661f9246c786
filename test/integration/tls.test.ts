import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { connect } from 'node:tls'
import type { LoadFigures } from '../../src/contract/load-figures.ts'
import type { LoadRunReport } from '../../src/contract/load-run.ts'
import { certificate, certificateFile } from '../support/certificates.ts'
import { eventually } from './support/eventually.ts'
import { runFramelab } from './support/processes.ts'
import { startServer } from './support/server.ts'

const limits = { timeout: 120_000 }
const { ca } = certificate

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'framelab-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const use = (folder: string, name: string): void => {
  for (const kind of ['crt', 'key']) copyFileSync(certificateFile(`${name}.${kind}`), join(folder, `tls.${kind}`))
}

function askSecurely<Body>(method: string, url: string, body?: object): Promise<Body> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    const asked = request(url, { method, ca, ...(body !== undefined && { headers }) }, response => {
      let text = ''
      response.setEncoding('utf8').on('data', chunk => {
        text += chunk
      })
      response.on('end', () => resolve(JSON.parse(text) as Body))
    })
    asked.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** The name on the certificate that is shown on this port. */
function shownOn(port: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ca }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN))
      socket.destroy()
    })
    socket.on('error', reject)
  })
}

test(
  'both ports by TLS: load from outside and from the server itself, REST, and a renewed certificate',
  limits,
  async t => {
    const folder = folderOf(t)
    use(folder, 'server')
    const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')]
    const files = [
      '--tls-cert-file',
      cert,
      '--tls-key-file',
      key,
      '--http-tls-cert-file',
      cert,
      '--http-tls-key-file',
      key
    ]
    const server = await startServer(t, files)
    assert.match(server.url, /^https:/)

    const flags = ['--tls', '--connections', '5', '--duration', '300ms', '--warm-up', '0ms', '--json']
    const target = `localhost:${server.framePort}`
    const load = await runFramelab(t, ['load', target, ...flags, '--tls-ca', certificateFile('ca.crt')])
    assert.equal(load.code, 0, load.stderr)
    const figures = JSON.parse(load.stdout) as LoadFigures
    assert.ok(figures.acked > 0 && figures.lost === 0)
    const stranger = await runFramelab(t, ['load', target, ...flags])
    assert.notEqual(stranger.code, 0)
    assert.match(stranger.stderr, /certificate/)

    const body = { connections: 2, durationSeconds: 0.2, warmUpSeconds: 0 }
    const { id } = await askSecurely<LoadRunReport>('POST', `${server.url}/api/v1/load`, body)
    const done = await eventually('the own load is done', async () => {
      const run = await askSecurely<LoadRunReport>('GET', `${server.url}/api/v1/load/${id}`)
      return run.state === 'queued' || run.state === 'running' ? null : run
    })
    assert.equal(done.state, 'done', done.problem ?? '')
    assert.ok((done.figures?.acked ?? 0) > 0)

    const httpPort = Number(new URL(server.url).port)
    assert.equal(await shownOn(server.framePort), 'server')
    copyFileSync(certificateFile('renewed.crt'), cert)
    await eventually('half a renewal is refused in the log', () => /stays as it was/.test(server.program.stderr))
    assert.equal(await shownOn(server.framePort), 'server')
    use(folder, 'renewed')
    for (const port of [server.framePort, httpPort])
      await eventually('the renewed certificate', async () => (await shownOn(port)) === 'renewed')
  }
)

const faults: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
  [
    'a certificate without its key',
    ['--tls-cert-file', certificateFile('server.crt')],
    /--tls-cert-file needs its key/
  ],
  [
    'a key without its certificate',
    ['--http-tls-key-file', certificateFile('server.key')],
    /--http-tls-key-file is of no use without --http-tls-cert-file/
  ],
  [
    "another certificate's key",
    ['--tls-cert-file', certificateFile('server.crt'), '--tls-key-file', certificateFile('client.key')],
    /--tls-cert-file and --tls-key-file cannot be used: .*mismatch/
  ],
  [
    'a file that is not there',
    ['--tls-cert-file', '/nowhere/tls.crt', '--tls-key-file', 'x'],
    /cannot read \/nowhere\/tls.crt of --tls-cert-file: ENOENT/
  ]
]
for (const [what, args, says] of faults) {
  test(`${what}: one sentence, exit 2`, limits, async t => {
    const { code, stderr } = await runFramelab(t, ['serve', '--frame-port', '0', '--http-port', '0', ...args])
    assert.equal(code, 2)
    assert.match(stderr, says)
    assert.doesNotMatch(stderr, /\n +at /)
  })
}

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { eventually } from '../integration/support/eventually.ts'
import { FrameClient } from '../integration/support/frame-client.ts'
import { Program } from '../integration/support/processes.ts'
import { type ServerProcess, startServer } from '../integration/support/server.ts'
import { certificateFile } from '../support/certificates.ts'
import { inRoot } from './support/documents.ts'
import { freePort } from './support/free-port.ts'

const limits = { timeout: 120_000 }
const tls = [
  '--http-tls-cert-file',
  certificateFile('server.crt'),
  '--http-tls-key-file',
  certificateFile('server.key')
]
const byTls = { FRAMELAB_HTTP_TLS_CERT_FILE: '/tls.crt' }
const byCertificate = { ...byTls, FRAMELAB_HTTP_TLS_CLIENT_CA_FILE: '/ca.crt' }

/** The exit code of the image's health check beside this server, with the settings that a container would have. */
async function health(t: TestContext, server: ServerProcess, settings: NodeJS.ProcessEnv = {}): Promise<number | null> {
  const ports = { FRAMELAB_HTTP_PORT: new URL(server.url).port, FRAMELAB_FRAME_PORT: `${server.framePort}` }
  const { code } = await new Program(t, [inRoot('docker/healthcheck.mjs')], { env: { ...ports, ...settings } }).ended
  return code
}

test(
  'the health check of the image finds a server that accepts frames, and one that drains or is not there',
  limits,
  async t => {
    const server = await startServer(t, ['--workers', '1', '--shutdown-timeout-ms', '60000'])
    assert.equal(await health(t, server), 0)
    // A peer that leaves its acks unread holds the drain: more of them than the kernel keeps.
    const client = await FrameClient.connect(t, server.framePort)
    client.socket.pause()
    client.submit(1_000_000)
    await eventually('acks that are not taken', async () => {
      const { items } = await server.ask<{ items: { pendingBytes: number }[] }>('GET', '/api/v1/connections')
      return (items[0]?.pendingBytes ?? 0) > 0
    })
    server.program.signal('SIGTERM')
    await eventually('a server that is not ready', async () => (await health(t, server)) === 1)
    assert.ok(server.program.running, 'it is still there')
    client.socket.destroy()
    await server.program.ended
    assert.equal(await health(t, server), 1)
  }
)

test('it finds one whose control plane speaks TLS, also where that wants a certificate', limits, async t => {
  const server = await startServer(t, ['--workers', '1', ...tls])
  assert.equal(await health(t, server, byTls), 0)
  assert.equal(await health(t, server), 1, 'a server that speaks TLS does not answer without')

  const strict = await startServer(t, [
    '--workers',
    '1',
    ...tls,
    '--http-tls-client-ca-file',
    certificateFile('ca.crt')
  ])
  assert.equal(await health(t, strict, byCertificate), 0)
  const nobody = { FRAMELAB_FRAME_PORT: `${await freePort()}` }
  assert.equal(await health(t, strict, { ...byCertificate, ...nobody }), 1)
})

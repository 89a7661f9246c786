import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import test from 'node:test'
import { startServer } from './support/server.ts'

/** The status of an answer to a client that calls the server by this name; fetch would not lie about it. */
async function statusAs(url: string, host: string): Promise<number | undefined> {
  const sent = request(`${url}/healthz`, { headers: { host } }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode
}

test('the control plane answers to the names that --allowed-hosts lists, and to no others', {
  timeout: 60_000
}, async t => {
  const server = await startServer(t, ['--workers', '1', '--allowed-hosts', 'framelab,lab.example'])
  assert.equal(await statusAs(server.url, 'framelab:8889'), 200)
  assert.equal(await statusAs(server.url, 'lab.example'), 200)
  assert.equal(await statusAs(server.url, 'evil.example'), 421)
})

import assert from 'node:assert/strict'
import { Agent, get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { labApp } from './lab-app.ts'

function getFrom(address: string, agent: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => get(address, { agent }, resolve).on('error', reject))
}

test('closing does not wait for a client that keeps its connection', { timeout: 5000 }, async t => {
  const { app } = await labApp(t)
  const agent = new Agent({ keepAlive: true })
  t.after(() => agent.destroy())
  const address = await app.listen()
  await text(await getFrom(`${address}/healthz`, agent))
  await app.close()
})

test('closing waits for an answer under way', { timeout: 5000 }, async t => {
  const { app, lab } = await labApp(t)
  const agent = new Agent({ keepAlive: true })
  t.after(() => agent.destroy())
  const address = await app.listen()
  const report = await lab.report()
  let answer = (): void => {}
  const isAsked = new Promise<void>(resolve => {
    lab.report = () => {
      resolve()
      return new Promise(answered => {
        answer = () => answered(report)
      })
    }
  })
  const response = getFrom(`${address}/api/v1/server`, agent)
  await isAsked
  const closed = app.close()
  answer()
  assert.equal((await response).statusCode, 200)
  assert.deepEqual(JSON.parse(await text(await response)), report)
  await closed
})

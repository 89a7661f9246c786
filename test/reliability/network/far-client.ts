import { ReconnectingClient } from '../reconnecting-client.ts'

/** HOST PORT CLIENTS: sends Submits steadily until SIGTERM, waits for the last ack, and prints what came of it as JSON. */
const [host = '', port, clients] = process.argv.slice(2)

const all = Array.from({ length: Number(clients) }, () => new ReconnectingClient(Number(port), host))
process.on('SIGTERM', () => {
  for (const client of all) client.stop()
})
await Promise.all(all.map(({ done }) => done))

const sum = (of: (client: ReconnectingClient) => number): number => all.reduce((total, client) => total + of(client), 0)
const outcome = {
  sent: sum(({ sent }) => sent),
  acks: sum(({ acks }) => acks),
  ackedOnce: sum(({ accepted }) => [...accepted.values()].filter(count => count === 1).length),
  connections: sum(({ connections }) => connections),
  faults: all.flatMap(({ faults }) => faults)
}
process.stdout.write(`${JSON.stringify(outcome)}\n`)
export type FarOutcome = typeof outcome

import { createInterface } from 'node:readline'
import type { Switches } from '../../src/contract/optimizations.ts'
import { presetSwitches } from '../../src/contract/optimizations.ts'
import { FrameServer } from '../../src/dataplane/frame-server.ts'
import { acceptEverySubmit } from '../../src/dataplane/submit-handler.ts'
import { SubmitProtocol } from '../../src/dataplane/submit-protocol.ts'
import { roomyLimits } from './frame-server.ts'

/**
 * A frame server in a process of its own, to be watched from outside. Each line on standard input is a set of switches,
 * confirmed by a line on standard output; the first line out is the port.
 */

const maxFrameBytes = 1024 * 1024
const server = new FrameServer({
  worker: 1,
  incarnation: 0,
  protocol: new SubmitProtocol({
    handler: acceptEverySubmit,
    dialect: 'compiled',
    maxFrameBytes,
    poolGuard: false,
    onHandlerError: () => {}
  }),
  limits: { ...roomyLimits, maxOwedBytes: maxFrameBytes, lingerTimeoutMs: 1000 },
  switches: presetSwitches('pooled'),
  onRefusal: () => {},
  onFault: () => {}
})

process.stdout.write(`${await server.listen({ port: 0, host: '127.0.0.1' })}\n`)
for await (const line of createInterface({ input: process.stdin })) {
  server.applySwitches(JSON.parse(line) as Switches)
  process.stdout.write('switched\n')
}
server.close()

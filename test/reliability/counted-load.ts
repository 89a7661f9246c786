import { LoadRun } from '../../src/loadgen/load-run.ts'

/**
 * PORT CONNECTIONS IN_FLIGHT: a closed loop until SIGTERM. It prints the p99 of each second in microseconds, a line each, and at
 * the end, as JSON, all that it has counted: not of a window only, so that it must agree with the server to the last frame.
 */
const [port, connections, inFlight] = process.argv.slice(2).map(Number)

const run = new LoadRun(
  {
    host: '127.0.0.1',
    port: port as number,
    connections: connections as number,
    inFlight: inFlight as number,
    payloadBytes: 20,
    durationMs: null,
    warmUpMs: 0,
    dialect: 'compiled'
  },
  { onProgress: ({ lastSecond: { latency } }) => process.stdout.write(`${latency.quantile(0.99) / 1000}\n`) }
)
process.on('SIGTERM', () => void run.stop())
await run.start()
await run.finished
process.stdout.write(`${JSON.stringify(run.totals)}\n`)

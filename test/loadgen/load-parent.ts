import { LoadProcess } from '../../src/loadgen/load-process.ts'
import { definition } from './runs.ts'

/** A parent to be killed: it loads the port it is given until somebody ends it. */
await new LoadProcess().start(definition({ host: '127.0.0.1', port: Number(process.argv[2]) }, { connections: 1 }))

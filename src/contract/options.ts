import { availableParallelism, homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { AddressBlock } from './address-block.ts'
import { presetNames } from './optimizations.ts'

/**
 * Everything that can be set, once: flags, environment variables, the configuration file, `--print-config` and the
 * documentation are made of this. `maxFrameBytes` is `--max-frame-bytes`, FRAMELAB_MAX_FRAME_BYTES, and the same name in
 * the file. `initially` in a schema's metadata says in words what a default that depends on the machine is.
 */

const port = z.int().min(0).max(65535)
const milliseconds = z.int().min(0).max(86_400_000)
const hostName = z.string().regex(/^[\w.-]+$/, 'expected a name or an address without a port')
const file = z.string().default('')
const networks = z.array(z.string().superRefine(explainNetwork)).default([])
const megabytes = (count: number): number => count * 1024 * 1024

export const optionsSchema = z.strictObject({
  frameHost: z.string().min(1).default('127.0.0.1').describe('address that frames are accepted on'),
  framePort: port.default(8888).describe('port for frames; 0 picks a free one'),
  httpHost: z.string().min(1).default('127.0.0.1').describe('address of the control plane'),
  httpPort: port.default(8889).describe('port of the control plane; 0 picks a free one'),
  allowedHosts: z.array(hostName).default([]).describe('further names that clients may call the control plane by'),
  maxRequestRate: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(500)
    .describe(
      'requests a second to the control plane from one client, five times as many at once; a change counts as four; 0 is no limit'
    ),
  workers: z
    .int()
    .min(1)
    .max(256)
    .default(Math.max(1, availableParallelism() - 1))
    .meta({ description: 'processes that serve frames', initially: 'one fewer than the cores' }),
  preset: z.enum(presetNames).default('pooled').describe('switches to start with'),
  wire: z
    .enum(['compiled', 'documented'])
    .default('compiled')
    .describe("answer commands: 'compiled' is 0x80/0x81, as on the wire; 'documented' is 0x81/0x82"),
  maxFrameBytes: z
    .int()
    .min(13)
    .max(megabytes(1024))
    .default(megabytes(1))
    .describe('longest frame accepted, in bytes'),
  maxConnections: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(100_000)
    .describe('connections open at once, over all workers'),
  maxConnectionsPerAddress: z
    .int()
    .min(0)
    .max(10_000_000)
    .default(0)
    .describe(
      'connections open at once from one address (of IPv6 a /64), each worker allowing its share; 0 is no limit'
    ),
  maxConnectionRatePerAddress: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .describe(
      'new connections a second from one address (of IPv6 a /64), each worker allowing its share; 0 is no limit'
    ),
  allowNetworks: networks.describe(
    'addresses, or blocks such as 10.0.0.0/8, that may connect to the frame port; none is all'
  ),
  denyNetworks: networks.describe('addresses or blocks that may not, even if they are among those that may'),
  tlsCertFile: file.describe(
    'certificate chain (PEM) of the frame port; none is plain TCP. Read again when it changes'
  ),
  tlsKeyFile: file.describe('its key (PEM)'),
  tlsClientCaFile: file.describe('authority (PEM) that peers of the frame port must have a certificate from'),
  httpTlsCertFile: file.describe(
    'certificate chain (PEM) of the control plane; none is plain HTTP. Read again when it changes'
  ),
  httpTlsKeyFile: file.describe('its key (PEM)'),
  httpTlsClientCaFile: file.describe('authority (PEM) that clients of the control plane must have a certificate from'),
  readBufferBytes: z
    .int()
    .min(1024)
    .max(megabytes(16))
    .default(64 * 1024)
    .describe('what one buffered read may bring, in bytes'),
  highWaterBytes: z
    .int()
    .min(1)
    .max(megabytes(64))
    .default(64 * 1024)
    .describe('unread acks of a connection, in bytes, beyond which nothing more is read from it'),
  maxOwedBytes: z
    .int()
    .min(1)
    .max(megabytes(1024))
    .default(megabytes(1))
    .describe('frames of a connection still with their handler, in bytes, beyond which nothing more is read from it'),
  frameTimeoutMs: milliseconds.default(10_000).describe('time a frame may take to arrive whole; 0 is no limit'),
  idleTimeoutMs: milliseconds.default(0).describe('time a connection may stay silent; 0 is no limit'),
  drainTimeoutMs: milliseconds.default(30_000).describe('time a peer may leave its acks unread; 0 is no limit'),
  lingerTimeoutMs: milliseconds.min(1).default(1000).describe('time an ended connection may take to close'),
  keepAliveMs: milliseconds
    .default(60_000)
    .describe('time of silence after which a peer is probed, so that one that vanished is found; 0 is never'),
  shutdownTimeoutMs: milliseconds.min(1).default(10_000).describe('time a graceful stop may take'),
  poolGuard: z.boolean().default(false).describe('poison packets given back to the pool, and never lend one twice'),
  token: z
    .enum(['none', 'auto', 'environment'])
    .default('none')
    .describe(
      "'auto' makes tokens in the data folder and shows the first one once; a secret of 32 characters or more, in the environment only, is one itself; beyond loopback one is needed"
    ),
  tokensFile: z.string().default('').meta({
    description: 'file of the tokens, hashed; read again when it changes',
    initially: '`tokens.json` in the data folder, with `--token auto`'
  }),
  readTokenFile: z.string().default('').meta({
    description: 'file that `--token auto` leaves a token in that can only read, for Prometheus',
    initially: '`read-token` in the data folder'
  }),
  dataDir: z.string().min(1).default(defaultDataDir()).meta({
    description: 'folder that profiles and experiments are kept in; made when first needed',
    initially: '`~/.local/state/framelab`'
  }),
  logLevel: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('what is logged'),
  logFormat: z
    .enum(['auto', 'json', 'pretty'])
    .default('auto')
    .describe("'json' is one object a line; 'pretty' is for people; 'auto' is pretty on a terminal"),
  otlpTracesUrl: z
    .string()
    .superRefine(explainCollector)
    .default('')
    .describe(
      'collector that spans of the requests to the control plane are sent to by OTLP/HTTP, such as http://127.0.0.1:4318/v1/traces; none is no tracing. Headers it wants go into OTEL_EXPORTER_OTLP_HEADERS'
    )
})

function explainNetwork(text: string, context: z.RefinementCtx): void {
  try {
    AddressBlock.parse(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: `${text} ${(error as RangeError).message}` })
  }
}

/** Options are printed and reported, so that a secret has no place in the address. */
function explainCollector(text: string, context: z.RefinementCtx): void {
  if (text === '') return
  const url = URL.canParse(text) ? new URL(text) : null
  const message =
    url === null || !/^https?:$/.test(url.protocol)
      ? 'expected an address with its path, such as http://127.0.0.1:4318/v1/traces'
      : url.username + url.password + url.search !== ''
        ? 'a secret goes into OTEL_EXPORTER_OTLP_HEADERS, not into the address'
        : null
  if (message !== null) context.addIssue({ code: 'custom', message })
}

/** Where a user's programs keep what should survive a restart. */
function defaultDataDir(): string {
  const { XDG_STATE_HOME: state = '' } = process.env
  // The rule says to ignore what is not absolute.
  return join(isAbsolute(state) ? state : join(homedir(), '.local', 'state'), 'framelab')
}

export type Options = z.output<typeof optionsSchema>
export type OptionName = keyof Options

export const optionNames = Object.keys(optionsSchema.shape) as OptionName[]

/** maxFrameBytes → max-frame-bytes */
export function flagName(option: OptionName): string {
  return option.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
}

/** maxFrameBytes → FRAMELAB_MAX_FRAME_BYTES */
export function environmentName(option: OptionName): string {
  return `FRAMELAB_${flagName(option).replaceAll('-', '_').toUpperCase()}`
}

import type { Server as HttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import pino, { type Logger } from 'pino'
import type { Options } from '../contract/options.ts'
import { type TlsMaterial, tlsOptionsOf } from '../contract/tls.ts'
import { buildApp } from '../controlplane/app.ts'
import type { RequestTraces } from '../controlplane/request-traces.ts'
import { ExplorationRuns } from '../workers/exploration-runs.ts'
import type { LoadTarget } from '../workers/load-target.ts'
import { ServerLab } from '../workers/server-lab.ts'
import { ListenError, Supervisor } from '../workers/supervisor.ts'
import { LoadRuns, ownAddress } from './load-runs.ts'
import { logStream } from './log-stream.ts'
import { openAccess } from './open-access.ts'
import { packageInfo } from './package-info.ts'
import { frameTls, httpTls, readTls, type TlsWatchEvents, watchTls } from './tls-files.ts'
import { UsageError } from './usage-error.ts'

/** A whole server: workers, and the control plane that speaks for them. */
export interface RunningServer {
  readonly framePort: number
  readonly httpPort: number
  readonly log: Logger
  /** Resolves when every worker has ended and the control plane is closed. */
  readonly stopped: Promise<void>
  /** Reads again what may change while it runs: the tokens. */
  reload(): void
  drain(): void
  kill(): void
}

/** Once no worker is left, answers under way may take so long; then their connections, and silent ones, are cut. */
const LAST_ANSWERS_MS = 1000

export interface Starting {
  /** The token of FRAMELAB_TOKEN, which is none of the options: those are printed and reported. */
  readonly secret: string | null
  /** A token for the operator was made; it will not be told again. */
  onNewToken(token: string): void
}

const nobodyIsTold: Starting = { secret: null, onNewToken: () => {} }

/** Starts everything. Throws UsageError when a port or the tokens cannot be had. */
export async function runServer(
  options: Options,
  { secret, onNewToken }: Starting = nobodyIsTold
): Promise<RunningServer> {
  const stream = await logStream(options.logFormat)
  const logOptions = { level: options.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  const log = pino(logOptions, stream)
  const { tokens, newToken } = openAccess(options, secret, log)
  if (newToken !== null) onNewToken(newToken)
  const certificates = { frames: readTls(options, frameTls), http: readTls(options, httpTls) }
  const supervisor = new Supervisor(options, log, certificates.frames)
  const target = (): LoadTarget => ({
    host: ownAddress(options.frameHost),
    port: supervisor.framePort,
    dialect: options.wire,
    // To itself, whatever name its certificate is for.
    ...(certificates.frames !== null && { tls: { ca: null, cert: null, key: null, verify: false } })
  })
  const lab = new ServerLab(supervisor, options, packageInfo.version, log, target)
  const loads = new LoadRuns({ target, onChange: report => lab.events.publish('load', report) })
  const explorations = new ExplorationRuns({ version: packageInfo.version, lab, loads, loans: lab.loans })
  const traces = await openTraces(options, log)
  const app = buildApp({
    lab,
    loads,
    explorations,
    version: packageInfo.version,
    httpHost: options.httpHost,
    tls: certificates.http,
    allowedHosts: options.allowedHosts,
    tokens,
    maxRequestRate: options.maxRequestRate,
    requestTraces: traces?.plugin ?? null,
    logger: { ...logOptions, stream }
  })
  const unwatch = watchCertificates(options, certificates, supervisor, app, log)
  const stopped = supervisor.stopped.then(async () => {
    tokens?.close()
    unwatch()
    loads.close()
    await Promise.all([lab.settled(), closeControlPlane(app)])
    await traces?.close()
  })
  const httpPort = await begin(options, lab, supervisor, app).catch(async error => {
    supervisor.kill()
    await stopped
    throw error
  })
  return {
    framePort: supervisor.framePort,
    httpPort,
    log,
    stopped,
    reload: () => tokens?.reload(),
    drain: () => lab.drain({ by: 'signal', reason: null }),
    kill: () => {
      supervisor.kill()
      app.server.closeAllConnections()
    }
  }
}

/** Listens on both ports, and tells of what happens from then on. Returns that of the control plane. */
async function begin(
  { frameHost, framePort, httpHost, httpPort }: Options,
  lab: ServerLab,
  supervisor: Supervisor,
  app: FastifyInstance
): Promise<number> {
  await lab.recover()
  await supervisor.start().catch(error => {
    throw portError(error, 'frame server', frameHost, framePort, 'frame')
  })
  await app.listen({ host: httpHost, port: httpPort }).catch(error => {
    throw portError(error, 'control plane', httpHost, httpPort, 'http')
  })
  lab.httpPort = (app.server.address() as AddressInfo).port
  await lab.begin()
  supervisor.warnOfFewDescriptors()
  return lab.httpPort
}

interface Certificates {
  readonly frames: TlsMaterial | null
  readonly http: TlsMaterial | null
}

/** Renewed certificates are used from the next handshake on. Returns how to stop. */
function watchCertificates(
  options: Options,
  { frames, http }: Certificates,
  supervisor: Supervisor,
  app: FastifyInstance,
  log: Logger
): () => void {
  const eventsOf = (what: string, use: (material: TlsMaterial) => void): TlsWatchEvents => ({
    onChange: material => {
      use(material)
      log.info(`the certificate of the ${what} has changed: the next handshakes use it`)
    },
    onFault: error => log.error(`the certificate of the ${what} stays as it was: ${error.message}`)
  })
  const useForHttp = (material: TlsMaterial): void =>
    (app.server as unknown as HttpsServer).setSecureContext(tlsOptionsOf(material))
  const stops = [
    watchTls(
      options,
      frameTls,
      frames,
      eventsOf('frame port', material => supervisor.useTls(material))
    ),
    watchTls(options, httpTls, http, eventsOf('control plane', useForHttp))
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/** What traces requests takes its time to load, and its memory: only who asked for it pays. */
async function openTraces({ otlpTracesUrl: url }: Options, log: Logger): Promise<RequestTraces | null> {
  if (url === '') return null
  const { requestTraces } = await import('../controlplane/request-traces.ts')
  return requestTraces({
    url,
    version: packageInfo.version,
    onLoss: reason => log.warn({ url, reason }, 'spans are lost: the collector does not take them'),
    onRecovery: lostSpans => log.info({ url, lostSpans }, 'the collector takes spans again')
  })
}

async function closeControlPlane(app: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), LAST_ANSWERS_MS)
  await app.close()
  clearTimeout(cut)
}

/** What is wrong, and whether another port or another host would help. */
const listenFaults: Readonly<Record<string, readonly [fault: string, remedy: 'port' | 'host']>> = {
  EADDRINUSE: ['the port is taken', 'port'],
  EACCES: ['ports below 1024 need privileges', 'port'],
  EADDRNOTAVAIL: ['this machine has no such address', 'host'],
  EAFNOSUPPORT: ['this machine has no addresses of this kind', 'host'],
  ENOTFOUND: ['there is no such host', 'host'],
  EAI_AGAIN: ['the name of the host cannot be looked up', 'host'],
  EINVAL: ['nobody can listen there', 'host']
}

function portError(error: unknown, what: string, host: string, port: number, kind: 'frame' | 'http'): unknown {
  const { code = '', syscall } = error as NodeJS.ErrnoException
  // Whatever the system does not let one do is the user's to change; all else is a fault of this program.
  if (!(error instanceof ListenError) && syscall === undefined) return error
  const [fault, remedy] = listenFaults[code] ?? [`the system says ${code}`, 'host']
  const advice = remedy === 'port' ? `another with --${kind}-port, or 0 for a free one` : `another with --${kind}-host`
  return new UsageError(`the ${what} cannot listen on ${host}:${port}: ${fault}; choose ${advice}`)
}

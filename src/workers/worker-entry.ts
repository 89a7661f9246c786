import { performance } from 'node:perf_hooks'
import type { Switches } from '../contract/optimizations.ts'
import type { ProfileStart, ProfileStop } from '../contract/profile-messages.ts'
import type { BulkClose, CloseMode, ConnectionFilter, Listing, ListingQuery } from '../contract/snapshot.ts'
import type { TlsMaterial } from '../contract/tls.ts'
import type {
  FromWorker,
  SuppressedNotices,
  ToWorker,
  TraceRequest,
  WorkerAssignment,
  WorkerBlock,
  WorkerRequestName,
  WorkerSnapshot
} from '../contract/worker-messages.ts'
import { FrameServer } from '../dataplane/frame-server.ts'
import { acceptedSocket, type Handle } from '../dataplane/socket-adapter.ts'
import type { Steps } from '../dataplane/steps.ts'
import { acceptEverySubmit } from '../dataplane/submit-handler.ts'
import { SubmitProtocol } from '../dataplane/submit-protocol.ts'
import { ProcessMonitor } from '../telemetry/process-monitor.ts'
import { BlockMeter } from './block-meter.ts'
import { LimitedNotices } from './limited-notices.ts'
import { PacedWork } from './paced-work.ts'
import { ProfileAgent } from './profile-agent.ts'
import { TraceSender } from './trace-sender.ts'

/** How often a worker reports unasked. What a worker killed outright has done since is all that its totals can lose. */
const SNAPSHOT_PERIOD_MS = 500
/** Messages on their way to a primary that does not read; while there are more, nobody misses what is told anew later. */
const MOST_WAITING = 100
/** Connections told of in one message. */
const LONGEST_PART = 50

const monitor = new ProcessMonitor()
const profiling = new ProfileAgent()
const scans = new PacedWork()
let server: FrameServer | null = null
let draining = false
let blocks: BlockMeter | null = null
let toldSeconds = 0
/** Connections that were sent here. */
let arrived = 0
/** Messages that the channel has not taken yet. */
let waiting = 0

function send(message: FromWorker): void {
  // The primary may be gone already; then this process is about to end as well.
  if (!process.connected) return
  waiting++
  // It may also go while this is sent, which is no error worth a stack trace either.
  process.send?.(message, undefined, undefined, onSent)
}

function onSent(): void {
  waiting--
}

/** For what nobody has asked for: a primary that is stopped must not cost this process its memory. */
function sendUnlessBehind(message: FromWorker): void {
  if (waiting < MOST_WAITING) send(message)
}

function snapshotOf(running: FrameServer): WorkerSnapshot {
  return { ...running.snapshot(), atMs: performance.now(), process: monitor.read(), toldSeconds }
}

/** Runs what tells a snapshot, and notes how long that kept this event loop from serving. */
function tell(telling: () => void): void {
  const beganMs = performance.now()
  telling()
  toldSeconds += (performance.now() - beganMs) / 1000
}

/** With the stack: what is no handler's error is one of this program's, and must be found. */
function faultText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function limited(what: SuppressedNotices): LimitedNotices {
  return new LimitedNotices(
    () => performance.now(),
    count => sendUnlessBehind({ type: 'suppressed', what, count })
  )
}

function start(assignment: WorkerAssignment): void {
  const refusals = limited('refusals')
  const handlerErrors = limited('handler errors')
  const protocol = new SubmitProtocol({
    handler: acceptEverySubmit,
    dialect: assignment.wire,
    maxFrameBytes: assignment.maxFrameBytes,
    poolGuard: assignment.poolGuard,
    onHandlerError: error => {
      started.countHandlerError()
      handlerErrors.offer(suppressed => sendUnlessBehind({ type: 'handler-error', message: String(error), suppressed }))
    }
  })
  const started = new FrameServer({
    ...assignment,
    onFault: (connection, error) =>
      handlerErrors.offer(suppressed =>
        sendUnlessBehind({
          type: 'handler-error',
          message: `on connection ${connection}: ${faultText(error)}`,
          suppressed
        })
      ),
    protocol,
    onRefusal: ({ connection, peer, reason, detail }) =>
      refusals.offer(suppressed => {
        const refusal = { connection, peer, reason, detail }
        sendUnlessBehind({ type: 'refusal', refusal, suppressed })
      })
  })
  started.start()
  server = started
  send({ type: 'serving' })
  const tellSnapshot = (): void => sendUnlessBehind({ type: 'snapshot', snapshot: snapshotOf(started) })
  const onSnapshotDue = (): void => tell(tellSnapshot)
  setInterval(onSnapshotDue, SNAPSHOT_PERIOD_MS).unref()
}

/** A worker that drains or is full gives the connection back untouched: the primary's own handle is still open. */
function take(connection: Handle, areOthersLeft: boolean): void {
  arrived++
  const accepted = server !== null && !draining && !(server.isFull && areOthersLeft)
  if (accepted) server?.accept(acceptedSocket(connection))
  else connection.close()
  send({ type: 'taken', accepted, connections: server?.directory.size ?? 0 })
}

/** The channel keeps the order, so a connection that was sent before this has been taken, or was lost on the way. */
function confirm(sent: number): void {
  if (arrived >= sent) return
  arrived = sent
  send({ type: 'not-arrived' })
}

function answer(running: FrameServer, name: Exclude<WorkerRequestName, 'list'>, down: unknown): unknown {
  const snapshot = (): WorkerSnapshot => snapshotOf(running)
  switch (name) {
    case 'snapshot':
      return snapshot()
    case 'count':
      return scans.do(running.directory.count(down as ConnectionFilter))
    case 'find':
      return running.directory.find((down as { id: string }).id)
    case 'close': {
      const { id, mode } = down as { id: string; mode: CloseMode }
      return running.directory.close(id, mode)
    }
    case 'close-matching':
      return scans.do(running.directory.closeMatching(down as BulkClose))
    case 'trace': {
      const { trace, id, options } = down as TraceRequest
      const sender = new TraceSender(trace, (batch, taken) => process.send?.({ type: 'trace', batch }, () => taken()))
      return running.traces.begin(trace, id, options, line => sender.add(line))
    }
    case 'stop-trace':
      running.traces.stop((down as { trace: number }).trace)
      return null
    case 'switch':
      running.applySwitches(down as Switches)
      return null
    case 'tls':
      running.useTls(down as TlsMaterial)
      return null
    case 'measure-block':
      blocks ??= new BlockMeter(running.batchDurations)
      return { snapshot: snapshot(), ...blocks.read() } satisfies WorkerBlock
    case 'settle-measuring':
      blocks?.settle()
      return null
    case 'stop-measuring':
      blocks?.stop()
      return null
    case 'start-profile':
      return profiling.start(down as ProfileStart, snapshot)
    case 'stop-profile':
      return profiling.stop(down as ProfileStop, snapshot)
  }
}

/** A long page goes in parts: to write down all of it at once would keep connections waiting. */
function* listInParts(number: number, steps: Steps<Listing>): Steps<void> {
  const listing = yield* steps
  const { items } = listing
  let told = 0
  for (; items.length - told > LONGEST_PART; told += LONGEST_PART) {
    send({ type: 'listing-part', number, items: items.slice(told, told + LONGEST_PART) })
    yield
  }
  send({ type: 'response', number, up: { ...listing, items: items.slice(told) } satisfies Listing })
}

function respond(running: FrameServer, { number, name, down }: Extract<ToWorker, { type: 'request' }>): void {
  const respondWith = (up: unknown): void => send({ type: 'response', number, up })
  if (name === 'snapshot') {
    tell(() => respondWith(answer(running, name, down)))
    return
  }
  if (name === 'list') {
    void scans.do(listInParts(number, running.directory.list(down as ListingQuery)))
    return
  }
  const up = answer(running, name, down)
  if (up instanceof Promise) void up.then(respondWith)
  else respondWith(up)
}

async function drain(deadlineMs: number): Promise<void> {
  if (server === null) return process.disconnect()
  draining = true
  await server.drain(deadlineMs)
  // The last word of this process: its totals. It ends with the channel.
  process.send?.({ type: 'snapshot', snapshot: snapshotOf(server) } satisfies FromWorker, () => process.disconnect())
}

// The terminal sends Ctrl-C to every process of its group; only the primary decides what it means.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

process.on('message', function onMessage(message: ToWorker, connection: unknown) {
  if (message.type === 'connection') take(connection as Handle, message.areOthersLeft)
  else if (message.type === 'connections-sent') confirm(message.count)
  else if (message.type === 'start') start(message.assignment)
  else if (message.type === 'drain') void drain(message.deadlineMs)
  else if (server !== null) respond(server, message)
})

monitor.start()
send({ type: 'hello' })

import { parseConnectionId } from '../contract/connection-id.ts'
import { comparePositions } from '../contract/listing-order.ts'
import type {
  BulkClose,
  CloseMode,
  ConnectionCount,
  ConnectionFilter,
  ConnectionInfo,
  ListingQuery,
  ServerListing
} from '../contract/snapshot.ts'
import type { TraceOptions } from '../contract/trace.ts'
import {
  type ConnectionTrace,
  ListingForgottenError,
  TooManyClosingsError,
  type TraceListener,
  UnknownWorkerError
} from '../controlplane/lab.ts'
import { beginTrace } from './traces.ts'
import { Turnstile } from './turnstile.ts'
import { type WorkerProcess, WorkerUnavailableError } from './worker-process.ts'
import type { WorkerSlot } from './worker-slot.ts'

type Request<Up> = (process: WorkerProcess) => Promise<Up>

/** What processes answered, and the workers that have some but did not answer. */
interface Answers<Up> {
  readonly given: readonly { readonly process: WorkerProcess; readonly up: Up }[]
  readonly unavailableWorkers: number[]
}

/** Each of these goes over all connections of a worker: a flood of them is kept from the workers, and from the answers to others. */
const SCANS_AT_ONCE = 4
const MOST_WAITING_SCANS = 32

/** The connections of all workers as those of one server. */
export class ConnectionLab {
  readonly #slots: readonly WorkerSlot[]
  readonly #scans = new Turnstile('requests that go over all connections', SCANS_AT_ONCE, MOST_WAITING_SCANS)

  constructor(slots: readonly WorkerSlot[]) {
    this.#slots = slots
  }

  list(query: ListingQuery): Promise<ServerListing> {
    return this.#scans.pass(() => this.#list(query))
  }

  count(filter: ConnectionFilter): Promise<ConnectionCount> {
    return this.#scans.pass(() => this.#count(filter))
  }

  /** Every process gets the part of the pace that it has of the connections, so that all come to an end together. */
  closeMatching(close: BulkClose): Promise<ConnectionCount> {
    return this.#scans.pass(() => this.#closeMatching(close))
  }

  async #list(query: ListingQuery): Promise<ServerListing> {
    const { sort, order, limit } = query
    const { given, unavailableWorkers } = await ask(this.#having(query.filter), one => one.request('list', query))
    const listings = given.map(({ up }) => up)
    if (listings.some(({ forgotten }) => forgotten)) throw new ListingForgottenError()
    const places = listings
      .flatMap(({ items, values }) =>
        items.map((item, index) => ({ item, id: item.id, value: values[index] as string | number }))
      )
      .sort((a, b) => comparePositions(a, b, sort, order))
      .slice(0, limit)
    return {
      total: sum(listings.map(({ total }) => total)),
      items: places.map(({ item }) => item),
      values: places.map(({ value }) => value),
      unavailableWorkers
    }
  }

  async #count(filter: ConnectionFilter): Promise<ConnectionCount> {
    const { given, unavailableWorkers } = await ask(this.#having(filter), one => one.request('count', filter))
    return { count: sum(given.map(({ up }) => up)), unavailableWorkers }
  }

  /** Throws WorkerUnavailableError when only a worker that does not answer could tell. */
  async find(id: string): Promise<ConnectionInfo | null> {
    const found = await this.#askWorkerOf(id, process => process.request('find', { id }))
    return found.find(info => info !== null) ?? null
  }

  async close(id: string, mode: CloseMode): Promise<boolean> {
    const closed = await this.#askWorkerOf(id, process => process.request('close', { id, mode }))
    return closed.includes(true)
  }

  async #closeMatching({ filter, mode, ratePerSecond }: BulkClose): Promise<ConnectionCount> {
    const counted = await ask(this.#having(filter), process => process.request('count', filter))
    const total = sum(counted.given.map(({ up }) => up))
    const matching = new Map(counted.given.filter(({ up }) => up > 0).map(({ process, up }) => [process, up]))
    const begun = await ask([...matching.keys()], process => {
      const part = (matching.get(process) as number) / total
      return process.request('close-matching', { filter, mode, ratePerSecond: ratePerSecond * part })
    })
    const counts = begun.given.flatMap(({ up }) => up ?? [])
    if (counts.length === 0 && begun.given.length > 0) throw new TooManyClosingsError()
    const refusing = begun.given.filter(({ up }) => up === null).map(({ process }) => process.worker)
    return {
      count: sum(counts),
      unavailableWorkers: distinct([...counted.unavailableWorkers, ...begun.unavailableWorkers, ...refusing])
    }
  }

  async trace(id: string, options: TraceOptions, listener: TraceListener): Promise<ConnectionTrace | null> {
    const parsed = parseConnectionId(id)
    const slot = this.#slots.find(candidate => candidate.id === parsed?.worker)
    const process = slot?.processes.find(({ incarnation }) => incarnation === parsed?.incarnation)
    return process === undefined ? null : beginTrace(process, id, options, listener)
  }

  /** Throws UnknownWorkerError. */
  #having({ worker }: ConnectionFilter): WorkerProcess[] {
    if (worker === undefined) return this.#slots.flatMap(({ processes }) => processes)
    const slot = this.#slots.find(({ id }) => id === worker)
    if (slot !== undefined) return [...slot.processes]
    const known = this.#slots.map(({ id }) => id)
    throw new UnknownWorkerError(worker, 0, known)
  }

  async #askWorkerOf<Up>(id: string, request: Request<Up>): Promise<Up[]> {
    const worker = parseConnectionId(id)?.worker
    const slot = this.#slots.find(candidate => candidate.id === worker)
    return Promise.all((slot?.processes ?? []).map(request))
  }
}

async function ask<Up>(processes: readonly WorkerProcess[], request: Request<Up>): Promise<Answers<Up>> {
  const settled = await Promise.allSettled(processes.map(request))
  const given: { process: WorkerProcess; up: Up }[] = []
  const unavailable: number[] = []
  for (const [index, answer] of settled.entries()) {
    const process = processes[index] as WorkerProcess
    if (answer.status === 'fulfilled') given.push({ process, up: answer.value })
    else if (answer.reason instanceof WorkerUnavailableError) unavailable.push(process.worker)
    else throw answer.reason
  }
  return { given, unavailableWorkers: distinct(unavailable) }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
const distinct = (numbers: readonly number[]): number[] => [...new Set(numbers)].sort((a, b) => a - b)

import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LoadFigures, LoadProgress } from '../contract/load-figures.ts'
import { LatencyHistogram } from '../telemetry/latency-histogram.ts'
import { Deferred } from './deferred.ts'
import { figuresOf, type LoadSlice, sliceFromData } from './figures.ts'
import type { LoadDefinition } from './load-definition.ts'
import type { LoadCommand, LoadEvent } from './load-messages.ts'
import type { LoadInterval, RunProgress } from './load-run.ts'
import { progressOf } from './progress.ts'

/** The load could not be had: it did not connect, or its process died. */
export class LoadProcessError extends Error {
  readonly code = 'FRAMELAB_LOAD_PROCESS'

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'LoadProcessError'
  }
}

export interface LoadProcessOptions {
  /** Called once a second while Submits are sent. */
  onProgress?(progress: LoadProgress): void
  /** The same, before figures are made of it. */
  onRunProgress?(progress: RunProgress): void
  onInterval?(interval: LoadInterval): void
}

/**
 * A load run in a process of its own, so that it shares no event loop with what it measures. Good for one run. All
 * promises reject with LoadProcessError when the process dies before its time.
 */
export class LoadProcess {
  /** The final figures (see LoadRun), whatever ended the run. */
  readonly finished: Promise<LoadFigures>
  readonly finalSlice: Promise<LoadSlice>
  /** What went wrong first in the run, in words; known when it has finished. */
  firstFault: string | null = null
  #child: ChildProcess | null = null
  #definition: LoadDefinition | null = null
  readonly #options: LoadProcessOptions
  readonly #marks: Deferred<LoadSlice>[] = []
  readonly #connected = new Deferred<void>()
  readonly #finished = new Deferred<LoadSlice>()
  #death: LoadProcessError | null = null

  constructor(options: LoadProcessOptions = {}) {
    this.#options = options
    this.finalSlice = this.#finished.promise
    this.finished = this.finalSlice.then(figuresOf)
    this.finished.catch(() => {})
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Resolves when Submits are being sent. Rejects when not one connection could be opened. */
  async start(definition: LoadDefinition): Promise<void> {
    await this.connect(definition)
    this.begin()
  }

  /** Resolves when the connections are open. Rejects when not one could be. */
  connect(definition: LoadDefinition): Promise<void> {
    if (this.#child !== null) throw new Error('a load process is good for one run')
    const child = fork(entryPath(), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: entryFlags() })
    this.#child = child
    this.#definition = definition
    child.on('message', (event: LoadEvent) => this.#onEvent(event))
    child.on('error', error => this.#die(`the load process could not be run: ${error.message}`, error))
    child.on('exit', (code, signal) => this.#die(`the load process ended early (${signal ?? `exit code ${code}`})`))
    this.#tell({ type: 'connect', definition })
    return this.#connected.promise
  }

  begin(): void {
    this.#tell({ type: 'begin' })
  }

  /** The figures since the last mark, or since sending began. Rejects when the run has finished or was not started. */
  async mark(): Promise<LoadFigures> {
    return figuresOf(await this.markSlice())
  }

  /** What those figures are made of. */
  markSlice(): Promise<LoadSlice> {
    const mark = new Deferred<LoadSlice>()
    this.#marks.push(mark)
    this.#tell({ type: 'mark' })
    return mark.promise
  }

  /** Sends nothing new, waits for outstanding acks (5 s at most), and gives the final figures. */
  stop(): Promise<LoadFigures> {
    this.#tell({ type: 'stop' })
    return this.finished
  }

  /** Ends the process now, without figures. */
  kill(): void {
    this.#child?.kill('SIGKILL')
  }

  #tell(command: LoadCommand): void {
    if (this.#death !== null) this.#die(this.#death.message)
    else if (this.#child === null) this.#die('the load process has not been started')
    // When it cannot be told any more it is about to end, and its exit settles every promise.
    else if (this.#child.connected) this.#child.send(command, () => {})
  }

  #onEvent(event: LoadEvent): void {
    if (event.type === 'progress') this.#onProgress({ ...event, lastSecond: sliceFromData(event.lastSecond) })
    else if (event.type === 'interval') {
      this.#options.onInterval?.({ ...event, latency: LatencyHistogram.fromJSON(event.latency) })
    } else if (event.type === 'connected') this.#connected.resolve()
    else if (event.type === 'not_connected') this.#connected.reject(new LoadProcessError(event.reason))
    else if (event.type === 'marked') this.#marks.shift()?.resolve(sliceFromData(event.slice))
    else {
      this.firstFault = event.firstFault
      this.#finished.resolve(sliceFromData(event.slice))
      const why = event.firstFault === null ? '' : `: ${event.firstFault}`
      this.#die(`the load run has finished${why}`)
    }
  }

  #onProgress(progress: RunProgress): void {
    const { onProgress, onRunProgress } = this.#options
    onRunProgress?.(progress)
    if (onProgress !== undefined) onProgress(progressOf(this.#definition as LoadDefinition, [progress]))
  }

  /** From now on nothing can be had; what was settled before stays so. */
  #die(message: string, cause?: Error): void {
    this.#death ??= new LoadProcessError(message, cause === undefined ? undefined : { cause })
    this.#connected.reject(this.#death)
    this.#finished.reject(this.#death)
    for (const mark of this.#marks.splice(0)) mark.reject(this.#death)
  }
}

/** Beside this file, and of the same kind: .ts when run from the sources, .js when built. */
function entryPath(): string {
  return fileURLToPath(new URL(`load-entry${extname(import.meta.url)}`, import.meta.url))
}

/**
 * Sources need the loader that this process was started with; what is built needs nothing, an inspector's port least.
 */
function entryFlags(): string[] {
  return extname(import.meta.url) === '.ts' ? process.execArgv : []
}

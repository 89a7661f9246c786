import { sliceToData } from './figures.ts'
import type { LoadDefinition } from './load-definition.ts'
import type { LoadCommand, LoadEvent } from './load-messages.ts'
import { LoadRun } from './load-run.ts'

/** A process that does nothing but one load run, as its parent says (see LoadProcess). */

let run: LoadRun | null = null

function tell(event: LoadEvent): void {
  // A parent that has just gone is no error here: 'disconnect' tells of it.
  process.send?.(event, undefined, undefined, () => {})
}

async function connect(definition: LoadDefinition): Promise<void> {
  const opened = new LoadRun(definition, {
    onProgress: progress => tell({ type: 'progress', ...progress, lastSecond: sliceToData(progress.lastSecond) }),
    onInterval: interval => tell({ type: 'interval', ...interval, latency: interval.latency.toJSON() })
  })
  run = opened
  void opened.finalSlice.then(slice => {
    const event: LoadEvent = { type: 'finished', slice: sliceToData(slice), firstFault: opened.firstFault }
    process.send?.(event, undefined, undefined, () => process.disconnect?.())
  })
  try {
    await opened.connect()
    tell({ type: 'connected' })
  } catch (error) {
    tell({ type: 'not_connected', reason: (error as Error).message })
  }
}

process.on('message', (command: LoadCommand) => {
  if (command.type === 'connect') void connect(command.definition)
  else if (command.type === 'begin') run?.begin()
  else if (command.type === 'stop') void run?.stop()
  else if (run !== null) tell({ type: 'marked', slice: sliceToData(run.markSlice()) })
})

// Ctrl-C reaches the whole group of processes, but it is the parent who ends the run, and asks for its figures.
process.on('SIGINT', () => {})

// The parent has gone, or has all it wanted. Open sockets and timers would keep up a load that nobody can stop any
// more.
process.on('disconnect', () => process.exit())

import type { LoadDefinition } from './load-definition.ts'
import type { LoadCommand, LoadEvent } from './load-messages.ts'
import { LoadRun } from './load-run.ts'

/** A process that does nothing but one load run, as its parent says (see LoadProcess). */

let run: LoadRun | null = null

function tell(event: LoadEvent): void {
  // A parent that has just gone is no error here: 'disconnect' tells of it.
  process.send?.(event, undefined, undefined, () => {})
}

async function start(definition: LoadDefinition): Promise<void> {
  const started = new LoadRun(definition, { onProgress: progress => tell({ type: 'progress', progress }) })
  run = started
  void started.finished.then(figures => {
    const event: LoadEvent = { type: 'finished', figures, firstFault: started.firstFault }
    process.send?.(event, undefined, undefined, () => process.disconnect?.())
  })
  try {
    await started.start()
    tell({ type: 'started' })
  } catch (error) {
    tell({ type: 'not_started', reason: (error as Error).message })
  }
}

process.on('message', (command: LoadCommand) => {
  if (command.type === 'start') void start(command.definition)
  else if (command.type === 'stop') void run?.stop()
  else if (run !== null) tell({ type: 'marked', figures: run.mark() })
})

// Ctrl-C reaches the whole group of processes, but it is the parent who ends the run, and asks for its figures.
process.on('SIGINT', () => {})

// The parent has gone, or has all it wanted. Open sockets and timers would keep up a load that nobody can stop any
// more.
process.on('disconnect', () => process.exit())

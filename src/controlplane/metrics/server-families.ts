import { optimizationNames } from '../../contract/optimizations.ts'
import { closeReasons, refusalReasons } from '../../contract/reasons.ts'
import type { WorkerMetrics } from '../../contract/server-report.ts'
import type { WorkerTotals } from '../../contract/snapshot.ts'
import type { Families, Family } from './family.ts'

/** What the server does. All totals are kept by the lab over restarts of a worker. */
export const serverFamilies: Families = {
  counters: [
    total('framelab_connections_accepted_total', 'Connections accepted.', 'connectionsAccepted'),
    perWorkerAnd(
      'framelab_connections_closed_total',
      'Connections closed, by reason.',
      'reason',
      closeReasons,
      ({ totals }, reason) => totals.closed[reason]
    ),
    total('framelab_frames_received_total', 'Whole frames received.', 'framesReceived'),
    total('framelab_frames_sent_total', 'Frames sent.', 'framesSent'),
    total('framelab_bytes_received_total', 'Bytes received on the frame port.', 'bytesReceived'),
    total('framelab_bytes_sent_total', 'Bytes sent on the frame port.', 'bytesSent'),
    total('framelab_reads_total', 'Reads of the socket layer that brought bytes.', 'reads'),
    total('framelab_writes_total', 'Writes of the socket layer.', 'writes'),
    perWorkerAnd(
      'framelab_refused_total',
      'Streams and connections turned away, by reason.',
      'reason',
      refusalReasons,
      ({ totals }, reason) => totals.refused[reason]
    ),
    total('framelab_handler_errors_total', 'Submits whose handler failed.', 'handlerErrors'),
    perWorker(
      'framelab_worker_restarts_total',
      'How often another process of a worker took over.',
      worker => worker.restarts
    ),
    perWorker(
      'framelab_worker_crashes_total',
      'How often a process of a worker ended that was not told to.',
      worker => worker.crashes
    ),
    {
      name: 'framelab_control_plane_cpu_seconds_total',
      help: 'User and system CPU time of the control plane.',
      labels: [],
      samples: ({ primary }) => [[{}, primary.cpuUserSeconds + primary.cpuSystemSeconds]]
    },
    perWorker('framelab_snapshots_total', 'How often a worker has told of itself.', worker => worker.snapshots.count),
    perWorker('framelab_snapshot_bytes_total', 'What a worker has told of itself.', worker => worker.snapshots.bytes),
    perWorker(
      'framelab_snapshot_seconds_total',
      'Time that a worker took to tell of itself, on its event loop.',
      worker => worker.snapshots.seconds
    )
  ],
  gauges: [
    total('framelab_connections_open', 'Connections open now.', 'connectionsOpen'),
    perWorkerAnd(
      'framelab_optimization_enabled',
      'Whether a switch is on: 1 or 0.',
      'name',
      optimizationNames,
      ({ switches }, name) => Number(switches[name])
    ),
    {
      name: 'framelab_experiment_running',
      help: 'Whether an experiment is under way: 1 or 0.',
      labels: [],
      samples: ({ experimenting }) => [[{}, Number(experimenting)]]
    },
    perWorker(
      'framelab_experiment_arm',
      'Which arm of an experiment is in force, counted from 1; 0 when none is.',
      worker => (worker.arm === null ? 0 : worker.arm + 1)
    ),
    perWorker('framelab_worker_up', 'Whether a worker serves: 1 or 0.', worker => Number(worker.up)),
    {
      name: 'framelab_build_info',
      help: 'Always 1; its labels tell what runs.',
      labels: ['version', 'node'],
      samples: ({ version, primary }) => [[{ version, node: primary.nodeVersion }, 1]]
    }
  ],
  histograms: [
    perWorker('framelab_batch_duration_seconds', 'From the callback of a read to its last write.', worker => ({
      bounds: worker.batches.boundsSeconds,
      counts: worker.batches.counts,
      count: worker.batches.count,
      sum: worker.batches.sumSeconds,
      exemplars: worker.slowBatches.map(({ connection, seconds, atSeconds }) => ({
        labelSet: { connection },
        value: seconds,
        timestamp: atSeconds
      }))
    }))
  ]
}

function perWorker<Value>(name: string, help: string, read: (worker: WorkerMetrics) => Value): Family<Value> {
  return {
    name,
    help,
    labels: ['worker'],
    samples: ({ workers }) => workers.map(worker => [{ worker: String(worker.id) }, read(worker)] as const)
  }
}

type TotalName = { [Key in keyof WorkerTotals]: WorkerTotals[Key] extends number ? Key : never }[keyof WorkerTotals]

function total(name: string, help: string, key: TotalName): Family {
  return perWorker(name, help, ({ totals }) => totals[key])
}

/** A sample for each worker and each of the values of another label. */
function perWorkerAnd<Key extends string>(
  name: string,
  help: string,
  label: string,
  keys: readonly Key[],
  read: (worker: WorkerMetrics, key: Key) => number
): Family {
  return {
    name,
    help,
    labels: ['worker', label],
    samples: ({ workers }) =>
      workers.flatMap(worker =>
        keys.map(key => [{ worker: String(worker.id), [label]: key }, read(worker, key)] as const)
      )
  }
}

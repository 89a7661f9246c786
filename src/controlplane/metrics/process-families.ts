import type { ProcessReport } from '../../contract/server-report.ts'
import { type GcKind, gcKinds, gcPauseBoundsSeconds } from '../../telemetry/gc-monitor.ts'
import type { Distribution, Families, Family, Labels, Scrape } from './family.ts'

/** What the processes cost, under the names that Node.js programs commonly use; of the primary and of each worker. */
export const processFamilies: Families = {
  counters: [
    perProcess('process_cpu_user_seconds_total', 'User CPU time.', report => report.cpuUserSeconds),
    perProcess('process_cpu_system_seconds_total', 'System CPU time.', report => report.cpuSystemSeconds),
    perProcess(
      'process_cpu_seconds_total',
      'User and system CPU time.',
      report => report.cpuUserSeconds + report.cpuSystemSeconds
    ),
    perProcess(
      'nodejs_eventloop_active_seconds_total',
      'Time the event loop ran code.',
      report => report.loopActiveSeconds
    ),
    perProcess('nodejs_eventloop_idle_seconds_total', 'Time the event loop waited.', report => report.loopIdleSeconds)
  ],
  gauges: [
    perProcess(
      'process_start_time_seconds',
      'Start of the process since the Unix epoch.',
      ({ startedAt }) => Date.parse(startedAt) / 1000
    ),
    perProcess('process_resident_memory_bytes', 'Resident memory.', report => report.rssBytes),
    perProcess('process_open_fds', 'Open file descriptors.', ({ pid }, { openFiles }) => openFiles.get(pid)),
    perProcess('nodejs_heap_size_total_bytes', 'Size of the V8 heap.', report => report.heapTotalBytes),
    perProcess('nodejs_heap_size_used_bytes', 'Used part of the V8 heap.', report => report.heapUsedBytes),
    perProcess(
      'nodejs_external_memory_bytes',
      'Memory of objects outside the V8 heap.',
      report => report.externalBytes
    ),
    perProcess(
      'nodejs_array_buffers_bytes',
      'Memory of buffers, a part of the external memory.',
      report => report.arrayBuffersBytes
    ),
    ...(['mean', 'p50', 'p99', 'max'] as const).map(figure =>
      perProcess(
        `nodejs_eventloop_lag_${figure}_seconds`,
        `How late timers fired, ${figure} over the last whole window of 10 s.`,
        report => report.loopDelay[`${figure}Seconds`]
      )
    ),
    {
      name: 'nodejs_version_info',
      help: 'Always 1; its labels tell the version of Node.js.',
      labels: ['process', 'worker', 'version', 'major', 'minor', 'patch'],
      samples: scrape =>
        processesOf(scrape).map(([labels, report]) => [{ ...labels, ...versionLabels(report.nodeVersion) }, 1] as const)
    }
  ],
  histograms: [
    {
      name: 'nodejs_gc_duration_seconds',
      help: 'Pauses of garbage collection, every one counted, by kind.',
      labels: ['process', 'worker', 'kind'],
      samples: scrape =>
        processesOf(scrape).flatMap(([labels, report]) =>
          gcKinds.map(kind => [{ ...labels, kind }, pauses(report, kind)] as const)
        )
    }
  ]
}

function perProcess(
  name: string,
  help: string,
  read: (report: ProcessReport, scrape: Scrape) => number | undefined
): Family {
  return {
    name,
    help,
    labels: ['process', 'worker'],
    *samples(scrape) {
      for (const [labels, report] of processesOf(scrape)) {
        const value = read(report, scrape)
        if (value !== undefined) yield [labels, value]
      }
    }
  }
}

/** A worker whose process has not spoken yet is missing. */
function processesOf({ primary, workers }: Scrape): (readonly [Labels, ProcessReport])[] {
  const ofWorkers = workers.flatMap(({ id, process }) =>
    process === null ? [] : [[{ process: 'worker', worker: String(id) }, process] as const]
  )
  return [[{ process: 'primary' }, primary], ...ofWorkers]
}

function pauses(report: ProcessReport, kind: GcKind): Distribution {
  const { count, seconds, buckets } = report.gc[kind]
  let sum = 0
  return {
    bounds: gcPauseBoundsSeconds,
    counts: buckets.map(pausesInBucket => (sum += pausesInBucket)),
    count,
    sum: seconds
  }
}

function versionLabels(version: string): Labels {
  const [major = '', minor = '', patch = ''] = version.replace(/^v/, '').split('.')
  return { version, major, minor, patch }
}

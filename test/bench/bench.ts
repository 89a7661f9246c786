import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname } from 'node:path'
import { Command } from 'commander'
import { max, median, min } from 'simple-statistics'
import { parseDuration } from '../../src/contract/duration.ts'
import { presetNames } from '../../src/contract/optimizations.ts'
import { canPin } from './cores.ts'
import { measureIdleMemory } from './idle-memory.ts'
import { type Measurement, measure } from './measure.ts'
import { type Subject, startFramelab, startPeer, startScript } from './subject.ts'

const { rounds, block, inFlight, connections, payload, peer, client, out, idle, only } = new Command('bench')
  .description('Servers of this protocol side by side: every round measures each of them once, in turn.')
  .option('--rounds <count>', 'rounds', Number, 5)
  .option('--block <time>', 'how long each server is measured in a round', parseDuration, 2000)
  .option('--in-flight <counts>', 'Submits outstanding on a connection, one or several', list, [1, 100, 1000])
  .option('--connections <count>', 'connections', Number, 100)
  .option('--payload <bytes>', 'payload of a Submit', Number, 20)
  .option(
    '--peer <command>',
    'another server, with {port} for its port; the first one is the reference',
    collect,
    [] as string[]
  )
  .option('--client <command>', 'another load client, with {port} {pid} {connections} {inFlight} {payload} {seconds}')
  .option('--only <names>', 'only servers whose name contains one of these', (text: string) => text.split(','))
  .option('--idle <count>', 'idle connections for the memory figure; 0 leaves it out', Number, 10_000)
  .option('--out <file>', 'where the JSON goes', '.bench/bench.json')
  .parse()
  .opts()

type Result = Measurement & { readonly subject: string; readonly inFlight: number; readonly round: number }

const starters: [name: string, start: () => Promise<Subject>][] = [
  ...(peer as string[]).map((command): [string, () => Promise<Subject>] => [command, () => startPeer(command)]),
  ...presetNames.map((preset): [string, () => Promise<Subject>] => [`framelab ${preset}`, () => startFramelab(preset)]),
  ['framelab without counters', () => startScript('framelab without counters', 'uncounted-server.ts')],
  ["net with 'data' events", () => startScript("net with 'data' events", 'plain-server.ts')]
]
const chosen = starters.filter(([name]) => only === undefined || only.some((part: string) => name.includes(part)))

const results: Result[] = []
const subjects: Subject[] = []
try {
  for (const [, start] of chosen) subjects.push(await start())
  for (const depth of inFlight) {
    for (let round = 0; round < rounds; round++) {
      // Every other round the other way round: what drifts within a round falls on all alike.
      for (const subject of round % 2 === 0 ? subjects : [...subjects].reverse()) {
        process.stderr.write(`${depth} in flight, round ${round + 1} of ${rounds}: ${subject.name}\n`)
        const load = {
          connections,
          inFlight: depth,
          payloadBytes: payload,
          warmUpMs: 500,
          blockMs: block,
          client: client ?? null
        }
        results.push({ subject: subject.name, inFlight: depth, round, ...(await measure(subject, load)) })
      }
    }
    printTable(depth)
  }
} finally {
  for (const subject of subjects) await subject.stop()
}
const idleMemory = idle > 0 ? await measureIdleMemory(idle) : null
if (idleMemory !== null) {
  const kilobytes = (idleMemory.bytesPerConnection / 1024).toFixed(1)
  process.stdout.write(`\n${idle} idle connections: ${kilobytes} KiB of resident memory each in the worker\n`)
}
mkdirSync(dirname(out), { recursive: true })
const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, pinned: canPin }
writeFileSync(
  out,
  `${JSON.stringify({ machine, connections, payload, blockMs: block, client: client ?? null, results, idleMemory }, null, 2)}\n`
)
process.stdout.write(`\nAll measurements: ${out}\n`)
if (results.some(({ faults }) => faults > 0)) process.exitCode = 1

function printTable(depth: number): void {
  const of = (subject: string): Result[] =>
    results.filter(result => result.subject === subject && result.inFlight === depth)
  const [reference] = subjects
  const rows = subjects.map(({ name }) => {
    const mine = of(name)
    const ratios = mine.map(
      ({ cpuNsPerFrame, round }) => cpuNsPerFrame / (of(reference?.name ?? '')[round]?.cpuNsPerFrame ?? 1)
    )
    const cpu = mine.map(result => result.cpuNsPerFrame)
    return [
      name,
      Math.round(median(mine.map(result => result.framesPerSecond))).toLocaleString('en-US'),
      `${median(cpu).toFixed(1)} (${min(cpu).toFixed(1)}–${max(cpu).toFixed(1)})`,
      `${median(ratios).toFixed(2)} (${min(ratios).toFixed(2)}–${max(ratios).toFixed(2)})`,
      median(mine.map(result => result.p99Us)).toFixed(0),
      `${mine.reduce((sum, { faults }) => sum + faults, 0)}`
    ]
  })
  const all = [
    ['server', 'frames/s', 'CPU ns/frame (range)', `× ${reference?.name} (range)`, 'p99 µs', 'faults'],
    ...rows
  ]
  const widths = all[0]?.map((_, column) => Math.max(...all.map(row => row[column]?.length ?? 0))) ?? []
  process.stdout.write(
    `\n${connections} connections, ${depth} in flight on each, ${payload} bytes; medians of ${rounds} rounds\n`
  )
  for (const row of all) {
    process.stdout.write(
      `${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}\n`
    )
  }
}

function list(text: string): number[] {
  return text.split(',').map(Number)
}

function collect(value: string, all: string[]): string[] {
  return [...all, value]
}

import { deepStrictEqual } from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { readConfiguration } from '../../src/cli/configuration.ts'
import { UsageError } from '../../src/cli/usage-error.ts'
import { AddressBlock } from '../../src/contract/address-block.ts'
import { DurationError, parseDuration } from '../../src/contract/duration.ts'
import { parseThreshold, ThresholdError } from '../../src/contract/load-threshold.ts'
import { optionNames } from '../../src/contract/options.ts'
import { filterFields } from '../../src/controlplane/schemas/connection-filter.ts'
import { listConnectionsQuery } from '../../src/controlplane/schemas/connections.ts'
import { MalformedProfileError } from '../../src/profiling/malformed-profile-error.ts'
import { readProfile } from '../../src/profiling/read-profile.ts'
import { callFrame, cpuProfile, heapNode, heapProfile } from '../profiling/profiles.ts'
import { assemble } from '../support/assembling.ts'
import { close, conn, idOf, ping, submit } from '../support/frames.ts'
import { decodeWholeStream } from '../support/reference-decoder.ts'
import type { Target } from './fuzz.ts'
import { requests } from './request-target.ts'

const MAX_FRAME_BYTES = 300

/** Runs what may refuse its input, but only with an error of its own kind. */
function orRefuses(isOurs: (error: unknown) => boolean, run: () => unknown): void {
  try {
    run()
  } catch (error) {
    if (!isOurs(error)) throw error
  }
}

function jsonOf(input: Buffer): unknown {
  try {
    return JSON.parse(input.toString())
  } catch {
    return undefined
  }
}

/** The first byte says in what pieces the rest comes; the plain decoder has it all at once. */
const decoder: Target = {
  name: 'decoder',
  code: /src\/protocol\//,
  seeds: [
    Buffer.concat(
      [[7], submit(idOf(1), Buffer.from('payload')), ping(idOf(2)), conn(idOf(3)), close(idOf(4))].map(part =>
        Buffer.from(part)
      )
    )
  ],
  words: [
    submit(idOf(5)),
    ping(idOf(6)),
    close(idOf(7)),
    Buffer.from([0x80, 0, 0, 0]),
    Buffer.from([0, 0, 1, 0x2d]),
    Buffer.from([0xff, 0xff, 0xff, 0xff])
  ],
  attempt(input) {
    const stream = input.subarray(1)
    const size = Math.max(1, input[0] ?? 1)
    const pieces = Array.from({ length: Math.ceil(stream.byteLength / size) }, (_, piece) =>
      stream.subarray(piece * size, (piece + 1) * size)
    )
    for (const dialect of ['compiled', 'documented'] as const) {
      deepStrictEqual(
        assemble(pieces, 64, MAX_FRAME_BYTES, dialect),
        decodeWholeStream(stream, MAX_FRAME_BYTES, dialect)
      )
    }
  }
}

const filterBody = z.strictObject(filterFields)
const poison = ['__proto__', 'constructor', 'prototype', '{"__proto__":{"polluted":1}}']

const filters: Target = {
  name: 'filters',
  code: /src\/(?:controlplane\/(?:schemas|cursor)|contract\/)/,
  seeds: [
    'state=open&worker=1&minIdleSeconds=5',
    'address=10.0.0.0/8&sort=id&order=desc&limit=5',
    '{"worker":2,"minAgeSeconds":1.5,"reason":"operator"}'
  ],
  words: [
    ...poison,
    'state=',
    'closed',
    '&',
    'address=',
    'fd00::/8',
    'reason=',
    'minPendingBytes=',
    'cursor=',
    'sort=',
    '1e309',
    '-0',
    '"',
    '%00'
  ],
  attempt(input) {
    listConnectionsQuery.safeParse(Object.fromEntries(new URLSearchParams(input.toString())))
    const json = jsonOf(input)
    if (json !== undefined) filterBody.safeParse(json)
  }
}

const profiles: Target = {
  name: 'profiles',
  code: /src\/profiling\//,
  seeds: [
    JSON.stringify(cpuProfile([[[callFrame('a', 'src/a.ts', 1), callFrame('b', 'src/a.ts', 2)], 3]])),
    JSON.stringify(heapProfile(heapNode(callFrame('a', 'src/a.ts', 1), 5)))
  ],
  words: [
    ...poison,
    '"nodes":',
    '"children":',
    '"samples":',
    '[[[[',
    ']',
    '{',
    '}',
    ',',
    '-1',
    '1e308',
    'null',
    '"id":',
    '"head":'
  ],
  attempt(input) {
    const json = jsonOf(input)
    if (json === undefined) return
    for (const kind of ['cpu', 'allocation'] as const)
      orRefuses(MalformedProfileError.is, () => readProfile(kind, json))
  }
}

const folder = mkdtempSync(join(tmpdir(), 'framelab-fuzz-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const configuration: Target = {
  name: 'configuration',
  code: /src\/(?:cli\/configuration|contract\/options)/,
  seeds: [
    '{"framePort":9000,"workers":2,"preset":"pooled"}',
    '{"frameHost":"127.0.0.1","poolGuard":true,"allowNetworks":["10.0.0.0/8"]}'
  ],
  words: [...poison, ...optionNames.map(name => `"${name}":`), 'true', 'null', '-1', '1e99', '""', '[]', '{}', ','],
  attempt(input) {
    const file = join(folder, 'lab.json')
    writeFileSync(file, input)
    orRefuses(
      error => error instanceof UsageError,
      () => readConfiguration({ config: file }, {})
    )
  }
}

const words: Target = {
  name: 'words',
  code: /src\/contract\//,
  seeds: ['5s', 'p99<5ms', 'lost>0', '10.0.0.0/8', '::ffff:1.2.3.4/128', '1.2-3'],
  words: ['ms', 'h', 'acked/s', '>=', '<', '%', '::', '/', '0x', '99999999999999999999', '.', ' ', '\u0000'],
  attempt(input) {
    const text = input.toString()
    orRefuses(DurationError.is, () => parseDuration(text))
    orRefuses(
      error => error instanceof ThresholdError,
      () => parseThreshold(text)
    )
    orRefuses(
      error => error instanceof RangeError,
      () => AddressBlock.parse(text)
    )
  }
}

export const targets: readonly Target[] = [decoder, filters, requests, profiles, configuration, words]

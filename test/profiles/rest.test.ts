import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { Profile } from 'pprof-format'
import type { ProfileReport } from '../../src/contract/profile.ts'
import { profileExample } from '../../src/controlplane/schemas/profile-example.ts'
import { readCpuProfile } from '../../src/profiling/read-cpu-profile.ts'
import { assertProblem, labApp } from '../controlplane/lab-app.ts'
import { allocating, readingBytes } from './memory-profiles.ts'

const url = '/api/v1/profiles'

test('a profile is begun, is found where Location says, and is cancelled', async t => {
  const { ask } = await labApp(t)
  const begun = await ask('POST', url, { body: { kind: 'cpu', seconds: 3, workers: [1], label: 'before' } })
  assert.equal(begun.status, 202)
  const { id, state, label, workers, seconds } = begun.json<ProfileReport>()
  assert.deepEqual([state, label, workers, seconds], ['queued', 'before', [1], 3])
  assert.equal(begun.headers.location, `${url}/${id}`)
  assert.equal((await ask('GET', `${url}/${id}`)).json<ProfileReport>().id, id)
  assert.equal((await ask('DELETE', `${url}/${id}`)).status, 204)
  assert.equal((await ask('GET', `${url}/${id}`)).json<ProfileReport>().state, 'cancelled')
  assert.equal((await ask('DELETE', `${url}/${id}`)).status, 204)
  assertProblem(await ask('GET', `${url}/${id}`), 404)
})

test('a worker is profiled once at a time, another one meanwhile', async t => {
  const { ask } = await labApp(t)
  assert.equal((await ask('POST', url, { body: { kind: 'cpu', workers: [1] } })).status, 202)
  assertProblem(await ask('POST', url, { body: { kind: 'allocation', workers: [1] } }), 409)
  assertProblem(await ask('POST', url, { body: { kind: 'cpu' } }), 409)
  assert.equal((await ask('POST', url, { body: { kind: 'cpu', workers: [2] } })).status, 202)
})

const badBodies: [body: unknown, places: string[]][] = [
  [{}, ['/kind']],
  [{ kind: 'wall' }, ['/kind']],
  [{ kind: 'cpu', seconds: 0 }, ['/seconds']],
  [{ kind: 'cpu', seconds: 121 }, ['/seconds']],
  [{ kind: 'cpu', seconds: '3' }, ['/seconds']],
  [{ kind: 'cpu', workers: [] }, ['/workers']],
  [{ kind: 'cpu', workers: [1, 9] }, ['/workers/1']],
  [{ kind: 'cpu', label: '' }, ['/label']],
  [{ kind: 'cpu', intervalMicroseconds: 99 }, ['/intervalMicroseconds']],
  [{ kind: 'allocation', intervalMicroseconds: 1000 }, ['/intervalMicroseconds']],
  [{ kind: 'cpu', abandonAfterSeconds: 0 }, ['/abandonAfterSeconds']],
  [{ kind: 'cpu', label: 'x'.repeat(201) }, ['/label']],
  [{ kind: 'cpu', foo: 1, bar: 2 }, ['/bar', '/foo']]
]
for (const [body, places] of badBodies) {
  test(`${JSON.stringify(body).slice(0, 60)} begins nothing, and the bad fields are named`, async t => {
    const { ask, lab } = await labApp(t)
    assertProblem(await ask('POST', url, { body }), 400, places)
    assert.equal(lab.profiles.underWay.size, 0)
  })
}

interface ProfilePage {
  total: number
  nextCursor: string | null
  items: ProfileReport[]
}

test('profiles are listed newest first, a page at a time', async t => {
  const { ask, lab } = await labApp(t)
  const ids = Array.from({ length: 5 }, () => lab.profiles.keep('cpu', readingBytes(5))).reverse()
  const listed: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`
    const page: ProfilePage = (await ask('GET', `${url}?limit=2${query}`)).json()
    assert.equal(page.total, 5)
    listed.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor
  }
  assert.deepEqual(listed, ids)
  for (const query of ['limit=0', 'limit=1e1', 'cursor=../x']) {
    assertProblem(await ask('GET', `${url}?${query}`), 400, [`?${query.split('=')[0]}`])
  }
})

test('a CPU profile comes in every format it has', async t => {
  const { ask, app, lab } = await labApp(t)
  const id = lab.profiles.keep('cpu', readingBytes(5))
  const cpu = await ask('GET', `${url}/${id}/download?format=cpuprofile`)
  assert.equal(readCpuProfile(cpu.json()).total, 10_000)
  assert.match(cpu.headers['content-disposition'] ?? '', /^attachment; filename="framelab-cpu-\w+\.cpuprofile"$/)
  const text = await ask('GET', `${url}/${id}/download?format=collapsed`)
  assert.equal(text.text, 'onRead (src/dataplane/connection.ts:12);readStart 5000\n')
  const headers = { host: '127.0.0.1:8889' }
  const { rawPayload } = await app.inject({ url: `${url}/${id}/download?format=pprof`, headers })
  const decoded = Profile.decode(gunzipSync(rawPayload))
  assert.deepEqual(
    decoded.sample.map(({ value }) => Number(value[0])),
    [5000]
  )
})

test('a format that does not fit the kind, is unknown, or is missing is refused', async t => {
  const { ask, lab } = await labApp(t)
  const id = lab.profiles.keep('allocation', allocating(10))
  for (const query of ['?format=cpuprofile', '?format=svg', '']) {
    assertProblem(await ask('GET', `${url}/${id}/download${query}`), 400, ['?format'])
  }
  assert.equal((await ask('GET', `${url}/${id}/download?format=heapprofile`)).status, 200)
})

test('nothing can be downloaded of a profile that is not done', async t => {
  const { ask } = await labApp(t)
  const { id } = (await ask('POST', url, { body: { kind: 'cpu' } })).json<ProfileReport>()
  assertProblem(await ask('GET', `${url}/${id}/download?format=pprof`), 409)
  assertProblem(await ask('GET', `${url}/nosuchprofile/download?format=pprof`), 404)
})

interface DifferenceAnswer {
  readonly unit: string
  readonly totals: object
  readonly categories: { readonly idle: object }
  readonly warnings: readonly string[]
  readonly rows: readonly { readonly function: string; readonly delta: number }[]
}

test('the difference is per frame, whatever the loads were', async t => {
  const { ask, lab } = await labApp(t)
  const before = lab.profiles.keep('cpu', readingBytes(8000), { frames: 1000 })
  const after = lab.profiles.keep('cpu', readingBytes(8000), { frames: 4000, framesPerSecond: 2000 })
  const perFrame = (await ask('GET', `${url}/${after}/diff/${before}`)).json<DifferenceAnswer>()
  assert.equal(perFrame.unit, 'ns/frame')
  assert.deepEqual(perFrame.totals, { before: 8000, after: 2000, delta: -6000 })
  assert.deepEqual(perFrame.categories.idle, { before: 8000, after: 2000, delta: -6000 })
  assert.deepEqual(
    perFrame.rows.map(row => [row.function, row.delta]),
    [
      ['readStart', -6000],
      ['onRead', 0]
    ]
  )
  const total = (await ask('GET', `${url}/${after}/diff/${before}?norm=total`)).json<DifferenceAnswer>()
  assert.deepEqual([total.unit, total.totals], ['ns', { before: 8e6, after: 8e6, delta: 0 }])
  const text = (await ask('GET', `${url}/${after}/diff/${before}?format=collapsed`)).text
  assert.match(text, /^onRead \(src\/dataplane\/connection\.ts:12\);readStart 8000000000 2000000000\n/)
})

test('the difference as pprof holds the base with the other sign', async t => {
  const { app, lab } = await labApp(t)
  const before = lab.profiles.keep('cpu', readingBytes(8000))
  const after = lab.profiles.keep('cpu', readingBytes(6000))
  const { rawPayload } = await app.inject({
    url: `${url}/${after}/diff/${before}?format=pprof`,
    headers: { host: '127.0.0.1:8889' }
  })
  const { sample, comment, durationNanos, stringTable } = Profile.decode(gunzipSync(rawPayload))
  const values = sample.map(({ value }) => BigInt.asIntN(64, BigInt(value[0] as number)))
  assert.deepEqual(values, [6_000_000_000n, -8_000_000_000n])
  assert.deepEqual(
    sample.map(({ label }) => label.length),
    [0, 1]
  )
  // As pprof itself puts them together.
  assert.equal(Number(durationNanos), 4e9)
  const said = comment.map(index => stringTable.strings[Number(index)])
  for (const side of ['before', 'after']) {
    assert.ok(said.includes(`${side}: switches at revision 7: on: noDelay`))
    assert.ok(said.some(line => line?.startsWith(`${side}: profiling itself: `)))
  }
})

test('what a reader should know about two profiles is said', async t => {
  const { ask, lab } = await labApp(t)
  const before = lab.profiles.keep('cpu', readingBytes(5), {
    changedMeanwhile: true,
    workers: [1, 2],
    node: 'v20.20.0',
    framelab: '1.2.2'
  })
  const after = lab.profiles.keep('cpu', readingBytes(5), {
    framesPerSecond: 50_000,
    workerFigures: profileExample.workerFigures.map(figures => ({ ...figures, coreShare: 0.4 }))
  })
  const { warnings } = (await ask('GET', `${url}/${after}/diff/${before}`)).json<DifferenceAnswer>()
  for (const [index, wanted] of [
    /changed while/,
    /^after, the workers had a core for 40 % /,
    /same workers/,
    /same Node: v20\.20\.0 before/,
    /same framelab: 1\.2\.2 before/,
    /fourfold/
  ].entries()) {
    assert.match(warnings[index] ?? '', wanted)
  }
  assert.equal(warnings.length, 6)
})

test('profiles of two kinds, or without a frame, do not compare, and it is said why', async t => {
  const { ask, lab } = await labApp(t)
  const cpu = lab.profiles.keep('cpu', readingBytes(5))
  const idle = lab.profiles.keep('cpu', readingBytes(5), { frames: 0 })
  const allocation = lab.profiles.keep('allocation', allocating(5))
  assertProblem(await ask('GET', `${url}/${cpu}/diff/${allocation}`), 409)
  assert.match(assertProblem(await ask('GET', `${url}/${cpu}/diff/${idle}`), 409).detail, /norm=seconds/)
  assert.equal((await ask('GET', `${url}/${cpu}/diff/${idle}?norm=seconds`)).status, 200)
  assertProblem(await ask('GET', `${url}/${cpu}/diff/nosuchprofile`), 404)
  assertProblem(await ask('GET', `${url}/${cpu}/diff/${idle}?norm=bytes`), 400, ['?norm'])
})

test('the page fetches nothing, and runs no script but its own', async t => {
  const { ask, lab } = await labApp(t)
  const before = lab.profiles.keep('cpu', readingBytes(5), { label: '<img src=x onerror=alert(1)>' })
  const after = lab.profiles.keep('cpu', readingBytes(9), { label: '</script><script>alert(2)</script>' })
  const { text, headers } = await ask('GET', `${url}/${after}/diff/${before}?format=html`)
  assert.match(headers['content-type'] ?? '', /^text\/html/)
  assert.match(headers['content-security-policy'] ?? '', /^default-src 'none'; script-src 'sha256-/)
  assert.ok(!text.includes('<img') && !text.includes('<script>alert'))
  assert.doesNotMatch(text, /<(script|link|img|iframe)[^>]+(src|href)=/)
  assert.match(text, /takes more CPU per frame <b>after<\/b>/)
  assert.match(text, /takes less CPU per frame <b>after<\/b>/)
})

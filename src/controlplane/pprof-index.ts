interface PprofEndpoint {
  readonly path: string
  readonly what: string
}

export const pprofEndpoints: readonly PprofEndpoint[] = [
  { path: 'profile?seconds=10', what: 'CPU: where the workers spend their time' },
  { path: 'allocs?seconds=10', what: 'allocations during these seconds, of what is garbage by now too' },
  { path: 'heap?seconds=10', what: 'allocated during these seconds, and still in use at their end' }
]

/** The page that a person sees who opens /debug/pprof/ in a browser, as Go's servers have one. */
export function pprofIndex(workers: readonly number[]): string {
  const items = pprofEndpoints.map(({ path, what }) => `<li><a href="${path}">${path}</a>: ${what}</li>`)
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>framelab: pprof</title></head>
<body>
<h1>Profiles in pprof's format</h1>
<ul>
${items.join('\n')}
</ul>
<p>All workers merged; one alone with <code>&amp;worker=${workers[0] ?? 1}</code>. There are: ${workers.join(', ')}.</p>
<p>Read them with <code>go tool pprof ADDRESS</code>, or let Pyroscope, Parca or Alloy fetch them.</p>
</body>
</html>
`
}

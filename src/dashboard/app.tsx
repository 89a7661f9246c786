import type { ComponentType } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Connections } from './connections/connections.tsx'
import { Experiments } from './experiments/experiments.tsx'
import { Guide } from './guide/guide.tsx'
import { LinkState } from './link-state.tsx'
import { Load } from './load/load.tsx'
import { Overview } from './overview/overview.tsx'
import { addressOf, pageName } from './parts/address.ts'
import { FailedPart } from './parts/failed-part.tsx'
import { Notices } from './parts/notices.tsx'
import { TokenDialog } from './parts/token-dialog.tsx'
import { Profiles } from './profiles/profiles.tsx'

interface Page {
  readonly title: string
  readonly content: ComponentType
}

const pages: Readonly<Record<string, Page>> = {
  '': { title: 'Overview', content: Overview },
  connections: { title: 'Connections', content: Connections },
  load: { title: 'Load', content: Load },
  profiles: { title: 'Profiles', content: Profiles },
  experiments: { title: 'Experiments', content: Experiments },
  guide: { title: 'Guide', content: Guide }
}

/** The frame of every page: where one is, how the server is, and what is one click away. */
export function App() {
  const name = pageName.value in pages ? pageName.value : ''
  const { title, content: Content } = pages[name] as Page
  const heading = useRef<HTMLHeadingElement>(null)
  const here = useRef<HTMLAnchorElement>(null)
  const isFirst = useRef(true)

  useEffect(() => {
    document.title = `${title} · framelab`
    // On a narrow screen the names of the pages scroll.
    here.current?.scrollIntoView({ block: 'nearest', inline: 'center' })
    // Whoever has come by keyboard or screen reader is at the new page, not where the old one was.
    if (!isFirst.current) heading.current?.focus()
    isFirst.current = false
  }, [title])

  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => heading.current?.focus()}>
        Skip to the content
      </button>
      <header class="top">
        <a class="brand" href="#/" aria-label="framelab, overview">
          <img src="favicon.svg" width="24" height="24" alt="" />
          framelab
        </a>
        <nav aria-label="Pages">
          {Object.entries(pages).map(([path, page]) => (
            <a
              key={path}
              ref={path === name ? here : null}
              href={addressOf(path)}
              aria-current={path === name ? 'page' : undefined}
            >
              {page.title}
            </a>
          ))}
        </nav>
        <LinkState />
        <nav class="elsewhere" aria-label="Elsewhere">
          <a href="/documentation" target="_blank" rel="noreferrer">
            API
          </a>
          <a href="/metrics" target="_blank" rel="noreferrer">
            Metrics
          </a>
        </nav>
      </header>
      <main id="main">
        <h1 ref={heading} tabIndex={-1} class={name === '' ? 'visually-hidden' : ''}>
          {title}
        </h1>
        <FailedPart key={name} what="This page">
          <Content />
        </FailedPart>
      </main>
      <Notices />
      <TokenDialog />
    </div>
  )
}

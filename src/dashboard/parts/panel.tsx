import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

export interface PanelProps {
  readonly title: string
  /** Beside the title: what there is to do, or a figure. */
  readonly aside?: ComponentChildren
  readonly class?: string
  readonly children: ComponentChildren
}

/** A part of a page under a heading of its own. */
export function Panel({ title, aside, class: kind = '', children }: PanelProps) {
  const id = useId()
  return (
    <section class={`panel ${kind}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  )
}

/** Where there is nothing: what would be here, and what to do about it. */
export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>
}

export function Progress({ value, name }: { readonly value: number; readonly name: string }) {
  const percent = Math.round(value * 100)
  return (
    <progress max={100} value={percent} aria-label={name}>
      {percent} %
    </progress>
  )
}

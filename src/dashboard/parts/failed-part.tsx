import { Component, type ComponentChildren } from 'preact'

export interface FailedPartProps {
  /** At the beginning of a sentence. */
  readonly what: string
  readonly children: ComponentChildren
}

/** Keeps a fault within the part that it is in, and says what to do: most often the server has another page by now. */
export class FailedPart extends Component<FailedPartProps, { readonly problem: string | null }> {
  override state = { problem: null }

  static override getDerivedStateFromError(error: unknown): { problem: string } {
    return { problem: error instanceof Error ? error.message : String(error) }
  }

  override render() {
    const { what, children } = this.props
    if (this.state.problem === null) return children
    return (
      <div class="row" role="alert">
        <p class="error">
          {what} cannot be shown: {this.state.problem}
        </p>
        <button type="button" onClick={() => location.reload()}>
          Load it again
        </button>
      </div>
    )
  }
}

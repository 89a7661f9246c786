/** What the page uses of it. */
declare module 'd3-flame-graph' {
  export interface FlameBox<Data> {
    readonly data: Data
    readonly highlight?: boolean
    /** Its caller; null at the root. */
    readonly parent: FlameBox<Data> | null
    /** What it called, from left to right. */
    readonly children?: readonly FlameBox<Data>[]
    readonly value?: number
  }

  export interface FlameGraph<Data> {
    (selection: unknown): void
    width(pixels: number): this
    cellHeight(pixels: number): this
    minFrameSize(pixels: number): this
    transitionDuration(milliseconds: number): this
    title(text: string): this
    sort(compare: (a: FlameBox<Data>, b: FlameBox<Data>) => number): this
    selfValue(isSelf: boolean): this
    computeDelta(isComputed: boolean): this
    setColorMapper(colour: (box: FlameBox<Data>) => string): this
    setLabelHandler(label: (box: FlameBox<Data>) => string): this
    onHover(listener: (box: FlameBox<Data>) => void): this
    onClick(listener: () => void): this
    setDetailsHandler(listener: (text: string | null) => void): this
    search(pattern: string): void
    clear(): void
    resetZoom(): void
    zoomTo(box: FlameBox<Data>): void
    destroy(): void
  }

  // biome-ignore lint/style/noDefaultExport: it is theirs
  export default function flamegraph<Data>(): FlameGraph<Data>
}

declare module 'd3-selection' {
  interface Selection {
    datum(): unknown
    datum(data: unknown): this
    call(draw: unknown): this
  }
  export function select(element: Element): Selection
}

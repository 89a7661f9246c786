import { filesIn, textOf } from './documents.ts'

export interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly datasource?: { readonly uid: string }
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[]
}

export interface Variable {
  readonly name: string
  readonly type: string
  readonly definition?: string
}

export interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly Variable[] }
  readonly annotations: {
    readonly list: readonly {
      readonly name: string
      readonly target: { readonly expr: string }
      readonly datasource: { readonly uid: string }
    }[]
  }
}

export const dashboards = (): Dashboard[] =>
  filesIn('docker/grafana/dashboards').map(file => JSON.parse(textOf(file)) as Dashboard)

/** Every query of a dashboard, with the place it stands in. */
export function expressionsOf({ uid, panels, annotations, templating }: Dashboard) {
  return [
    ...panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }, index) => ({ place: `${uid}: ${title} ${index + 1}`, expression: expr }))
    ),
    ...annotations.list.map(({ name, target }) => ({
      place: `${uid}: annotation ${name}`,
      expression: target.expr
    })),
    ...templating.list.flatMap(({ name, definition }) => {
      // label_values(metric, label) asks for series of the metric.
      const metric = /^label_values\((.*), \w+\)$/.exec(definition ?? '')?.[1]
      return metric === undefined ? [] : [{ place: `${uid}: variable ${name}`, expression: metric }]
    })
  ]
}

/** As Grafana does it: for 'All' of each, and what its scrape interval of 5 s makes of a rate's window. */
const values: Readonly<Record<string, string>> = {
  __rate_interval: '20s',
  instance: '.*',
  worker: '.*',
  switch: 'bufferedReader',
  before: '10s'
}

export function filledIn(expression: string): string {
  return expression.replace(/\$(\w+)/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`no value for the variable ${name} in ${expression}`)
    return value
  })
}

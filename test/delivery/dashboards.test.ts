import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { root } from '../integration/support/processes.ts'
import { findingsOf } from './support/compiler.ts'
import { services } from './support/compose.ts'
import { filesIn, textOf } from './support/documents.ts'

const limits = { timeout: 120_000 }
const files = filesIn('docker/grafana/dashboards')

/**
 * What Grafana itself says of a dashboard and of the options of each kind of panel, as types of its own package. A file
 * holds words where those types have enumerations, and leaves out what has a default.
 */
const types = `
import type { AnnotationQuery, Dashboard, FieldConfig, Panel, RowPanel, VariableModel } from '@grafana/schema/dist/esm/raw/dashboard/x/Dashboard_types.gen'
import type * as Heatmap from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen'
import type * as Stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen'
import type * as StateTimeline from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen'
import type * as TimeSeries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen'

type Written<Type> = Type extends string ? \`\${Type}\` : Type extends number ? number
  : Type extends object ? { [Key in keyof Type]?: Written<Type[Key]> } : Type
interface Query {
  datasource: { type: 'prometheus', uid: string }, refId: string, expr: string, legendFormat: string
  editorMode: 'code', range: true, format: 'time_series' | 'heatmap', exemplar?: true
}
interface Drawn<Type, Options, Custom> extends Omit<Panel, 'type' | 'targets' | 'options' | 'fieldConfig'> {
  type: Type, targets: Query[], options: Options, fieldConfig: { defaults: Omit<FieldConfig, 'custom'> & { custom?: Custom }, overrides: [] }
}
interface Marked extends Omit<AnnotationQuery, 'target'> {
  target: { refId: string, expr: string, interval: string, range: true }, titleFormat: string, textFormat: string
}
type Drawing = RowPanel & { type: 'row' }
  | Drawn<'heatmap', Heatmap.Options, Heatmap.FieldConfig>
  | Drawn<'stat', Stat.Options, never>
  | Drawn<'state-timeline', StateTimeline.Options, StateTimeline.FieldConfig>
  | Drawn<'timeseries', TimeSeries.Options, TimeSeries.FieldConfig>
interface Board extends Omit<Dashboard, 'panels' | 'annotations' | 'templating'> {
  panels: Drawing[], annotations: { list: Marked[] }, templating: { list: (VariableModel & { definition?: string })[] }
}
`

const findings = (t: TestContext, dashboard: string): Promise<string> =>
  findingsOf(t, types, 'Written<Board>', dashboard)

test(
  'every dashboard is what the Grafana of compose takes: panels, options, fields, variables, annotations',
  limits,
  async t => {
    const { version } = JSON.parse(readFileSync(join(root, 'node_modules/@grafana/schema/package.json'), 'utf8'))
    assert.equal(services.grafana?.image, `grafana/grafana:${version}`)
    for (const file of files) assert.equal(await findings(t, textOf(file)), '', file)
  }
)

test('an option that Grafana does not know is found out', limits, async t => {
  const text = textOf('docker/grafana/dashboards/overview.json')
  for (const [option, spoilt, finding] of [
    ['"cellGap"', '"cellGaps"', /cellGaps/],
    ['"textMode": "name"', '"textMode": "names"', /"names"/],
    ['"format": "heatmap"', '"format": "heat_map"', /heat_map/],
    ['"type": "state-timeline"', '"type": "statetimeline"', /statetimeline/],
    ['"reduceOptions"', '"reduce"', /reduce/]
  ] as const) {
    assert.ok(text.includes(option), option)
    assert.match(await findings(t, text.replace(option, spoilt)), finding)
  }
})

test('what a dashboard names is there: variables, the units of its axes, room for every panel', () => {
  // Identifiers of Grafana's units: operations and counts a second, seconds, bytes, bytes a second, 0 to 1 as per cent.
  const units = ['ops', 'cps', 's', 'bytes', 'Bps', 'percentunit', 'short']
  for (const file of files) {
    const { panels, templating } = JSON.parse(textOf(file))
    const variables: string[] = templating.list.map(({ name }: { name: string }) => name)
    for (const [, name = ''] of textOf(file).matchAll(/\$(\w+)/g)) {
      assert.ok(name === '__rate_interval' || name === '__all' || variables.includes(name), `${file}: $${name}`)
    }
    for (const { type, title, gridPos, fieldConfig, options } of panels) {
      const unit = type === 'heatmap' ? options.yAxis.unit : fieldConfig?.defaults.unit
      assert.ok(type === 'row' || type === 'state-timeline' || units.includes(unit), `${file}: ${title}: ${unit}`)
      const covers = ({ gridPos: other }: { gridPos: typeof gridPos }) =>
        other.x < gridPos.x + gridPos.w &&
        gridPos.x < other.x + other.w &&
        other.y < gridPos.y + gridPos.h &&
        gridPos.y < other.y + other.h
      assert.equal(panels.filter(covers).length, 1, `${file}: ${title} lies on another panel`)
      assert.ok(gridPos.x + gridPos.w <= 24, title)
    }
  }
})

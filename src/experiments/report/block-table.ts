import { type ExperimentArm, type ExperimentBlock, experimentMetrics } from '../../contract/experiment.ts'
import { escapeHtml } from '../../profiling/html.ts'
import { figureText } from './figure-text.ts'

/** Every block in the order of time, with all that was measured in it. */
export function blockTable(arms: readonly ExperimentArm[], blocks: readonly ExperimentBlock[]): string {
  const heads = [
    'block',
    'pair',
    'arm',
    's',
    'frames',
    ...experimentMetrics.map(({ title, unit }) => `${title}, ${unit}`)
  ]
  const rows = blocks.map(block => {
    const cells = [
      `${block.index + 1}`,
      `${block.pair + 1}`,
      arms[block.arm]?.name ?? `${block.arm}`,
      block.seconds.toFixed(2),
      figureText(block.frames),
      ...experimentMetrics.map(({ name }) => figureText(block.figures[name])),
      block.excluded ?? ''
    ]
    return `<tr>${cells.map(cell => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`
  })
  return `<div class="scroll" tabindex="0" role="region" aria-label="Blocks"><table><thead><tr>${[...heads, 'not used because'].map(head => `<th scope="col">${head}</th>`).join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>`
}

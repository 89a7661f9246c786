import { z } from 'zod'
import { norms } from '../../profiling/difference.ts'
import type { FlameNode } from '../../profiling/flame-tree.ts'
import { count } from './numbers.ts'

export const flameGraphSchema = z
  .object({
    unit: z.string().describe('of all amounts, such as ns/frame'),
    names: z.array(z.string()).describe('functions, and where they are'),
    boxes: z
      .array(
        z.object({
          name: count.describe('place of its name in `names`'),
          parent: z.int().min(-1).describe('place of the box that called it; -1 for the first, which is all of them'),
          before: z.number(),
          after: z.number()
        })
      )
      .describe('callers before what they call')
  })
  .meta({
    id: 'FlameGraph',
    description: 'The stacks of two profiles on one tree, with what each function and all that it called cost in both.',
    examples: [
      {
        unit: 'ns/frame',
        names: ['all', 'onRead (src/dataplane/connection.ts:120)'],
        boxes: [
          { name: 0, parent: -1, before: 7730, after: 722 },
          { name: 1, parent: 0, before: 6070, after: 655 }
        ]
      }
    ]
  })

export const flameGraphQuery = z.strictObject({
  norm: z.enum(norms).default('frames').describe('what the amounts are divided by')
})

/** A tree as a list, which a schema can say and a browser reads fast. */
export function flameGraphAnswer(unit: string, root: FlameNode): z.output<typeof flameGraphSchema> {
  const names = new Map<string, number>()
  const boxes: { name: number; parent: number; before: number; after: number }[] = []
  const waiting: { node: FlameNode; parent: number }[] = [{ node: root, parent: -1 }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, parent } = next
    if (!names.has(node.name)) names.set(node.name, names.size)
    const place =
      boxes.push({ name: names.get(node.name) as number, parent, before: node.before, after: node.after }) - 1
    for (const child of node.children) waiting.push({ node: child, parent: place })
  }
  return { unit, names: [...names.keys()], boxes }
}

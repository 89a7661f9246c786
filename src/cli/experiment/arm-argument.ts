import { InvalidArgumentError } from 'commander'
import { type OptimizationName, optimizationNames, type PresetName, presetNames } from '../../contract/optimizations.ts'

/** An arm as REST takes it. */
export interface ArmOrder {
  name: string
  preset?: PresetName
  switches?: Partial<Record<OptimizationName, boolean>>
}

/** An arm as the command line names it: a preset, or switches such as `bufferedReader=on,packetPool=off`. */
export function armArgument(text: string): ArmOrder {
  if ((presetNames as string[]).includes(text)) return { name: text, preset: text as PresetName }
  const switches: Partial<Record<OptimizationName, boolean>> = {}
  for (const part of text.split(',')) {
    const [, name = '', value] = /^\s*(\w+)=(on|off)\s*$/.exec(part) ?? []
    if (!(optimizationNames as string[]).includes(name)) {
      throw new InvalidArgumentError(
        `It must be a preset (${presetNames.join(', ')}) or a list such as bufferedReader=on,packetPool=off, of ${optimizationNames.join(', ')}.`
      )
    }
    if (switches[name as OptimizationName] !== undefined) {
      throw new InvalidArgumentError(`It says twice what ${name} is to be.`)
    }
    switches[name as OptimizationName] = value === 'on'
  }
  return { name: text.replaceAll(' ', ''), switches }
}

/** The same arm twice is how noise is seen; its name says which is which. */
export function distinctArms(before: ArmOrder, after: ArmOrder): ArmOrder[] {
  return [before, before.name === after.name ? { ...after, name: `${after.name} again` } : after]
}

import {
  optimizationNames,
  type PresetName,
  presetNames,
  presetSwitches,
  type Switches
} from '../../src/contract/optimizations.ts'
import type { Random } from './random.ts'

export interface NamedSwitches {
  readonly name: string
  readonly switches: Switches
}

const named = (name: PresetName): NamedSwitches => ({ name, switches: presetSwitches(name) })

/** Every preset, and everything on but for the reader: so each reader is tried with pools and without. */
export const stages: readonly NamedSwitches[] = [
  ...presetNames.map(named),
  { name: 'pooled with exact reads', switches: { ...presetSwitches('pooled'), bufferedReader: false } },
  { name: 'baseline with buffered reads', switches: { ...presetSwitches('baseline'), bufferedReader: true } }
]

function fromBits(bits: number): Switches {
  return Object.fromEntries(optimizationNames.map((name, bit) => [name, (bits & (1 << bit)) !== 0])) as Switches
}

/** All of them: 32 for five switches. */
export const everySwitching: readonly NamedSwitches[] = Array.from(
  { length: 1 << optimizationNames.length },
  (_, bits) => {
    const switches = fromBits(bits)
    return { name: optimizationNames.filter(name => switches[name]).join(', ') || 'nothing on', switches }
  }
)

export function randomSwitches(random: Random): Switches {
  return fromBits(random.between(0, (1 << optimizationNames.length) - 1))
}

import { signal } from '@preact/signals'
import {
  type ExperimentArmRequest,
  type ExperimentDesign,
  type ExperimentGuards,
  type ExperimentMetric,
  type ExperimentRequest,
  experimentBounds,
  experimentDefaults,
  experimentMetrics
} from '../../contract/experiment.ts'
import type { PresetName, Switches } from '../../contract/optimizations.ts'
import { type DrivenLoad, drivenLoadDefaults } from './load-fields.tsx'

/** An experiment as it stands in the form. */

export interface ArmDraft {
  /** null is one that says what is in it. */
  readonly name: string | null
  /** What all switches are, but those named; null is what is in force when it begins. */
  readonly preset: PresetName | null
  readonly switches: Partial<Switches>
}

export interface ExperimentDraft {
  readonly arms: readonly ArmDraft[]
  readonly design: ExperimentDesign
  readonly pairs: number
  readonly blockSeconds: number
  readonly washOutSeconds: number
  /** null is the traffic that there is. */
  readonly load: DrivenLoad | null
  /** Of all figures but those that have one of their own. */
  readonly marginPercent: number
  readonly margins: Readonly<Partial<Record<ExperimentMetric, number>>>
  readonly guards: ExperimentGuards
  readonly profile: boolean
  readonly selfTest: boolean
  readonly label: string
}

/** Shorter than the API's: somebody is looking on. */
const QUICK = { pairs: 8, blockSeconds: 2 } as const

export function draftOf(arms: readonly ArmDraft[]): ExperimentDraft {
  const { design, washOutSeconds, marginPercent, guards, profile, selfTest } = experimentDefaults
  return {
    ...QUICK,
    arms,
    design,
    washOutSeconds,
    load: drivenLoadDefaults,
    marginPercent,
    margins: {},
    guards,
    profile,
    selfTest,
    label: ''
  }
}

export const presetArm = (preset: PresetName): ArmDraft => ({ name: null, preset, switches: {} })

/** Comparisons that people begin with. */
export const readyMade = [
  { title: 'baseline → pooled', arms: [presetArm('baseline'), presetArm('pooled')] },
  { title: 'baseline → buffered', arms: [presetArm('baseline'), presetArm('buffered')] },
  { title: 'all three presets', arms: [presetArm('baseline'), presetArm('buffered'), presetArm('pooled')] },
  { title: 'the same twice: is this machine quiet enough?', arms: [presetArm('pooled'), presetArm('pooled')] }
] as const satisfies readonly { title: string; arms: readonly ArmDraft[] }[]

/** Names of all arms. One that was not given says what is in it; equal ones are numbered. */
export function namesOf(arms: readonly ArmDraft[]): readonly string[] {
  const names: string[] = []
  for (const arm of arms) {
    const name = arm.name ?? whatIsIn(arm)
    const alike = names.filter(other => other === name || other.startsWith(`${name} (`)).length
    names.push(alike > 0 && arm.name === null ? `${name} (${alike + 1})` : name)
  }
  return names
}

function whatIsIn({ preset, switches }: ArmDraft): string {
  const named = Object.entries(switches).map(([name, isOn]) => `${name} ${isOn ? 'on' : 'off'}`)
  const words = [preset ?? 'as it is', ...named].join(', ')
  return words.length <= experimentBounds.nameLength - 4 ? words : `${words.slice(0, experimentBounds.nameLength - 5)}…`
}

/** What is in the form; it stays while one looks at other pages. */
export const experimentDraft = signal(draftOf(readyMade[0].arms))

/** The same experiment once more, to be changed before it is. */
export function draftOfRequest({ load, margins, label, seed: _, ...rest }: ExperimentRequest): ExperimentDraft {
  const marginPercent = margins.cpuPerFrame
  const own = Object.entries(margins).filter(([, percent]) => percent !== marginPercent)
  return {
    ...rest,
    arms: rest.arms.map(armDraftOf),
    load:
      load === 'live'
        ? null
        : { ...load, payloadBytes: typeof load.payloadBytes === 'number' ? load.payloadBytes : load.payloadBytes.max },
    marginPercent,
    margins: Object.fromEntries(own),
    label: label ?? ''
  }
}

const armDraftOf = ({ name, preset, switches = {} }: ExperimentArmRequest): ArmDraft => ({
  name,
  preset: preset ?? null,
  switches
})

/** What the API is asked for. */
export function bodyOf({ arms, marginPercent, margins, load, label, ...rest }: ExperimentDraft): object {
  const names = namesOf(arms)
  return {
    arms: arms.map(({ preset, switches }, index) => ({
      name: names[index],
      ...(preset === null ? { switches } : { preset }),
      ...(preset !== null && Object.keys(switches).length > 0 ? { switches } : {})
    })),
    ...rest,
    load: load ?? 'live',
    margins: marginsOf(marginPercent, margins),
    ...(label.trim() === '' ? {} : { label: label.trim() }),
    by: 'dashboard'
  }
}

function marginsOf(common: number, own: ExperimentDraft['margins']): Readonly<Record<ExperimentMetric, number>> {
  return Object.fromEntries(experimentMetrics.map(({ name }) => [name, own[name] ?? common])) as Record<
    ExperimentMetric,
    number
  >
}

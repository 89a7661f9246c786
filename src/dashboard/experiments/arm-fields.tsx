import { experimentBounds } from '../../contract/experiment.ts'
import {
  type OptimizationName,
  optimizations,
  type PresetName,
  presetNames,
  presets
} from '../../contract/optimizations.ts'
import { switches as inForce } from '../live/lab.ts'
import { useRefusal } from '../parts/refusals.ts'
import { SelectField } from '../parts/select-field.tsx'
import { TextField } from '../parts/text-field.tsx'
import { type ArmDraft, namesOf, presetArm } from './draft.ts'

export interface ArmFieldsProps {
  readonly arms: readonly ArmDraft[]
  onArms(arms: readonly ArmDraft[]): void
}

const bases: readonly (readonly [string, string])[] = [
  ...presetNames.map(name => [name, name] as const),
  ['', 'what is in force']
]

/** What is compared: each a preset or what is in force, and switches laid over it. */
export function ArmFields({ arms, onArms }: ArmFieldsProps) {
  const refused = useRefusal(arms.length < experimentBounds.arms.min ? '/arms' : undefined)
  const names = namesOf(arms)
  const next = presetNames.find(name => !arms.some(({ preset }) => preset === name)) ?? 'pooled'
  return (
    <div class="arms">
      {arms.map((arm, index) => (
        <Arm
          key={index}
          arm={arm}
          index={index}
          name={names[index] ?? ''}
          onArm={given => onArms(arms.map((other, place) => (place === index ? given : other)))}
          onGone={
            arms.length > experimentBounds.arms.min ? () => onArms(arms.filter((_, place) => place !== index)) : null
          }
        />
      ))}
      {refused !== null && <p class="error">{refused}</p>}
      <p class="row">
        <button
          type="button"
          disabled={arms.length >= experimentBounds.arms.max}
          onClick={() => onArms([...arms, presetArm(next)])}
        >
          Add an arm
        </button>
        <span class="hint">
          {arms.length >= experimentBounds.arms.max
            ? `${experimentBounds.arms.max} are the most; explore switches to find what works together.`
            : 'Every further one is compared with the first. In brackets: as the preset, or what is in force, has it.'}
        </span>
      </p>
    </div>
  )
}

interface ArmProps {
  readonly arm: ArmDraft
  readonly index: number
  readonly name: string
  onArm(arm: ArmDraft): void
  readonly onGone: (() => void) | null
}

function Arm({ arm, index, name, onArm, onGone }: ArmProps) {
  const at = `/arms/${index}`
  const refused = useRefusal(`${at}/switches`)
  return (
    <fieldset class="arm">
      <legend>
        <i class={`dot series-${index + 1}`} />
        Arm {index + 1}
        {index === 0 && <small> what the others are compared with</small>}
      </legend>
      <TextField
        title="Name"
        at={`${at}/name`}
        maxLength={experimentBounds.nameLength}
        value={name}
        onValue={given => onArm({ ...arm, name: given === '' ? null : given })}
      />
      <SelectField
        title="Starts from"
        at={`${at}/preset`}
        value={arm.preset ?? ''}
        options={bases}
        onValue={base => onArm({ ...arm, preset: base === '' ? null : (base as PresetName) })}
      />
      {optimizations.map(({ name: one }) => (
        <Switch key={one} one={one} arm={arm} onArm={onArm} />
      ))}
      {onGone !== null && (
        <button type="button" class="remove" aria-label={`Remove arm ${index + 1}`} onClick={onGone}>
          Remove
        </button>
      )}
      {refused !== null && (
        <p class="wrong whole" role="alert">
          {refused}
        </p>
      )}
    </fieldset>
  )
}

function Switch({ one, arm, onArm }: { readonly one: OptimizationName } & Pick<ArmProps, 'arm' | 'onArm'>) {
  const own = arm.switches[one]
  const base = baseOf(arm.preset, one)
  return (
    <SelectField
      title={one}
      class={own === undefined ? 'inherited' : 'own'}
      value={own === undefined ? '' : own ? 'on' : 'off'}
      options={[
        ['', `(${base})`],
        ['on', 'on'],
        ['off', 'off']
      ]}
      onValue={value => {
        const { [one]: _, ...others } = arm.switches
        onArm({ ...arm, switches: value === '' ? others : { ...others, [one]: value === 'on' } })
      }}
    />
  )
}

function baseOf(preset: PresetName | null, one: OptimizationName): string {
  const state =
    preset === null
      ? inForce.value?.optimizations.find(({ name }) => name === one)?.enabled
      : presets.find(({ name }) => name === preset)?.switches[one]
  return state === undefined ? '–' : state === 'mixed' ? 'mixed' : state ? 'on' : 'off'
}

import type { ExperimentArm, ExperimentRequest } from '../../contract/experiment.ts'
import { optimizationNames, presetSwitches, type Switches } from '../../contract/optimizations.ts'
import { ImpossibleExperimentError } from '../../controlplane/experiments.ts'
import type { InputError } from '../../controlplane/problem.ts'
import type { SwitchLayers } from '../switch-layers.ts'

/**
 * All switches of every arm. What an arm does not name is as it is in force; where workers differ in that, there is no telling
 * what the arm is. Throws ImpossibleExperimentError with everything that stands against the experiment.
 */
export function resolveArms({ arms, design }: ExperimentRequest, layers: SwitchLayers): ExperimentArm[] {
  const inForce = layers.workers.map(worker => layers.of(worker))
  const errors: InputError[] = []
  const resolved = arms.map(({ name, preset, switches: named = {} }, index) => {
    const base = preset === undefined ? (inForce[0] as Switches) : presetSwitches(preset)
    const mixed = optimizationNames.filter(
      one => preset === undefined && named[one] === undefined && inForce.some(other => other[one] !== base[one])
    )
    if (mixed.length > 0) {
      const detail = `must name ${mixed.join(', ')}: workers differ in what is in force`
      errors.push({ pointer: `/arms/${index}/switches`, detail })
    }
    return { name, preset: Object.keys(named).length === 0 ? (preset ?? null) : null, switches: { ...base, ...named } }
  })
  if (design === 'split' && layers.workers.length < arms.length) {
    const detail = `split needs a worker for each arm: ${arms.length} arms, ${layers.workers.length} ${layers.workers.length === 1 ? 'worker' : 'workers'}; start the server with more --workers, or use switchback`
    errors.push({ pointer: '/design', detail })
  }
  if (errors.length > 0) throw new ImpossibleExperimentError(errors)
  return resolved
}

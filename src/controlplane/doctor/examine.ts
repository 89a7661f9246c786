import { type Finding, type Observation, severities } from './finding.ts'
import { switchRules } from './switch-rules.ts'
import { troubleRules } from './trouble-rules.ts'

/** What there is to say about a server, the worst first; nothing where all is well, or nothing happens. */
export function examine(observation: Observation): Finding[] {
  return [...troubleRules, ...switchRules]
    .flatMap(rule => rule(observation))
    .sort((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity))
}

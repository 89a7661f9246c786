import { readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { z } from 'zod'
import { nameTwice } from '../contract/json-names.ts'
import {
  environmentName,
  flagName,
  type OptionName,
  type Options,
  optionNames,
  optionsSchema
} from '../contract/options.ts'
import { UsageError } from './usage-error.ts'

/** What a flag or a variable says is text; the schema says what it is to become. */
type Given = Partial<Record<OptionName, unknown>>

/** Adds one flag for every option of the schema, and `--config`. */
export function addConfigurationFlags(command: Command): Command {
  for (const name of optionNames) command.addOption(flagOf(name))
  return command.addOption(new Option('--config <file>', 'JSON file with options by name, e.g. {"framePort": 9000}'))
}

/**
 * The options in force: flags before environment before file before defaults. Throws UsageError that names every wrong
 * value, where it came from, and the rule.
 */
export function readConfiguration(flags: Record<string, unknown>, environment: NodeJS.ProcessEnv): Options {
  const file = flags.config ?? environment.FRAMELAB_CONFIG
  const fromFile = typeof file === 'string' ? readConfigurationFile(file) : {}
  const fromEnvironment: Given = {}
  const fromFlags: Given = {}
  for (const name of optionNames) {
    const variable = environment[environmentName(name)]
    if (variable !== undefined) fromEnvironment[name] = fromText(name, withoutSecret(name, variable))
    if (flags[name] !== undefined) fromFlags[name] = fromText(name, flags[name])
  }
  const result = optionsSchema.safeParse({ ...fromFile, ...fromEnvironment, ...fromFlags })
  if (result.success) return result.data
  throw new UsageError(
    result.error.issues
      .map(issue => {
        const name = issue.path[0] as OptionName
        const value = ({ ...fromFile, ...fromEnvironment, ...fromFlags } as Given)[name]
        const place =
          name in fromFlags
            ? `--${flagName(name)}`
            : name in fromEnvironment
              ? environmentName(name)
              : `${file}: ${name}`
        // Perhaps a secret, which is not to stand in a terminal or a log.
        if (name === 'token') return `${place} cannot be that: ${notASecret}`
        return `${place} cannot be ${withoutCredentials(textOf(value))}: ${issue.message}`
      })
      .join('; ')
  )
}

const notASecret =
  "expected 'auto', 'none' or 'environment'; a secret itself can only stand in the environment, as FRAMELAB_TOKEN, where others do not see it"

/** As it stood there; JSON has no infinity, which is what a number becomes that is too large. */
const textOf = (value: unknown): string => (typeof value === 'number' ? `${value}` : JSON.stringify(value))

/** Of an address, what stands before the @ is nobody's business. */
const withoutCredentials = (text: string): string => text.replace(/\/\/[^/@"]*@/g, '//…@')

/** A secret stays in the environment: options are printed, logged and reported. */
function withoutSecret(name: OptionName, variable: string): string {
  return name === 'token' && !optionsSchema.shape.token.safeParse(variable).success ? 'environment' : variable
}

function flagOf(name: OptionName): Option {
  const schema = optionsSchema.shape[name]
  const flag = `--${flagName(name)}`
  const value = optionsSchema.shape[name].parse(undefined)
  const initial = Array.isArray(value) ? 'none' : JSON.stringify(value).replaceAll('"', '')
  const description = `${schema.description} (${environmentName(name)}; default: ${initial})`
  if (kindOf(name) === 'boolean') return new Option(flag, description)
  return new Option(`${flag} <${placeholders[kindOf(name)]}>`, description)
}

const placeholders = { boolean: 'boolean', number: 'number', string: 'value', list: 'value,...' } as const

function kindOf(name: OptionName): keyof typeof placeholders {
  const initial = optionsSchema.shape[name].parse(undefined)
  return Array.isArray(initial) ? 'list' : (typeof initial as 'boolean' | 'number' | 'string')
}

/** Text to the option's type. Text that does not fit stays as it is, so that the schema names it in its complaint. */
function fromText(name: OptionName, text: unknown): unknown {
  if (typeof text !== 'string') return text
  if (kindOf(name) === 'number' && /^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (kindOf(name) === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  if (kindOf(name) === 'list') return text.split(',').flatMap(item => item.trim() || [])
  return text
}

function readConfigurationFile(file: string): Given {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`cannot read the configuration file ${file}: ${(error as NodeJS.ErrnoException).code}`)
  }
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`the configuration file ${file} is not JSON: ${(error as Error).message}`)
  }
  const result = z.record(z.string(), z.unknown()).safeParse(content)
  if (!result.success) throw new UsageError(`the configuration file ${file} must hold one JSON object of options`)
  const twice = nameTwice(text)
  if (twice !== null) throw new UsageError(`the configuration file ${file} names ${twice} twice`)
  const unknown = Object.keys(content as object).filter(key => !(optionNames as string[]).includes(key))
  if (unknown.length > 0) {
    throw new UsageError(
      `the configuration file ${file} names no such option: ${unknown.join(', ')}; see --print-config for all`
    )
  }
  return result.data
}

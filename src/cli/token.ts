import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { type Scope, scopes } from '../contract/access.ts'
import { environmentName, optionsSchema } from '../contract/options.ts'
import { newSecret } from '../controlplane/access/secret.ts'
import { readTokenFile, TokenFileError, writeTokenFile } from '../controlplane/access/token-file.ts'
import { recordOf, type TokenRecord, tokenName } from '../controlplane/access/token-record.ts'
import { duration } from './load-flags.ts'
import { tokensFileOf } from './open-access.ts'
import { textTable } from './text-table.ts'
import { UsageError } from './usage-error.ts'

interface Flags {
  readonly tokensFile: string
  readonly dataDir: string
}

interface AddFlags extends Flags {
  readonly scope: Scope[]
  readonly expires?: number
}

const YEAR_MS = 365 * 86_400_000

const examples = `
Examples:
  framelab token add ada --scope read,operate           prints the token, once
  framelab token add ci --scope read --expires 24h
  framelab token list
  framelab token remove ada

The file keeps hashes only. A running server reads it again within a second: to rotate, add a new one, hand it out, and
remove the old one.`

/** `framelab token`: the file of the tokens. */
export function tokenCommand(): Command {
  return new Command('token')
    .description('Make, list and remove the tokens that let people into the control plane.')
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand())
    .addHelpText('after', examples)
    .exitOverride()
}

function addCommand(): Command {
  return command('add')
    .description('Make a token and print it; it is kept as a hash only.')
    .addArgument(new Argument('<name>', 'whose it is, or what for').argParser(nameOf))
    .addOption(new Option('--scope <scopes>', `some of ${scopes.join(',')}`).argParser(scopesOf).makeOptionMandatory())
    .addOption(
      new Option('--expires <time>', 'how long it is good for, such as 24h').argParser(
        duration({ min: 1000, max: YEAR_MS })
      )
    )
    .action((name: string, flags: AddFlags) =>
      told(() => {
        const file = fileOf(flags)
        const records = readTokenFile(file) ?? []
        if (records.some(record => record.name === name)) {
          throw new UsageError(`there is a token '${name}' already; remove it first, or take another name`)
        }
        const secret = newSecret()
        const expiresAt = flags.expires === undefined ? null : new Date(Date.now() + flags.expires)
        writeTokenFile(file, [...records, recordOf(name, flags.scope, secret, expiresAt)])
        process.stdout.write(`${secret}\n`)
      })
    )
}

function listCommand(): Command {
  return command('list')
    .description('List the tokens by name.')
    .option('--json', 'print them as JSON', false)
    .action((flags: Flags & { json: boolean }) =>
      told(() => {
        const records = recordsOf(fileOf(flags)).map(({ sha256: _sha256, ...shown }) => shown)
        const rows = records.map(one => [one.name, one.scopes.join(','), one.createdAt, one.expiresAt ?? 'never'])
        process.stdout.write(
          flags.json
            ? `${JSON.stringify({ tokens: records })}\n`
            : textTable([['name', 'scopes', 'made', 'expires'], ...rows])
        )
      })
    )
}

function removeCommand(): Command {
  return command('remove')
    .description('Remove a token: whoever has it is not let in any more.')
    .addArgument(new Argument('<name>', 'of the token').argParser(nameOf))
    .action((name: string, flags: Flags) =>
      told(() => {
        const file = fileOf(flags)
        const records = recordsOf(file)
        const rest = records.filter(record => record.name !== name)
        if (rest.length === records.length) throw new UsageError(`there is no token '${name}' in ${file}`)
        writeTokenFile(file, rest)
      })
    )
}

function command(name: string): Command {
  const { tokensFile, dataDir } = optionsSchema.parse({})
  return new Command(name)
    .addOption(
      new Option('--tokens-file <file>', 'file of the tokens; tokens.json in the data folder unless set')
        .env(environmentName('tokensFile'))
        .default(tokensFile, 'none')
    )
    .addOption(new Option('--data-dir <folder>', 'data folder').env(environmentName('dataDir')).default(dataDir))
    .exitOverride()
}

function fileOf(flags: Flags): string {
  return tokensFileOf({ ...flags, token: 'auto' }) as string
}

function recordsOf(file: string): TokenRecord[] {
  const records = readTokenFile(file)
  if (records === null) throw new UsageError(`there is no file ${file}; 'framelab token add' makes one`)
  return records
}

function nameOf(text: string): string {
  if (tokenName.safeParse(text).success) return text
  throw new InvalidArgumentError('It must be 1 to 64 letters, digits, dots or dashes.')
}

function scopesOf(text: string): Scope[] {
  const named = text.split(',')
  if (named.every(name => (scopes as readonly string[]).includes(name))) return named as Scope[]
  throw new InvalidArgumentError(`It must be some of ${scopes.join(', ')}, with commas between them.`)
}

function told(action: () => void): void {
  try {
    action()
  } catch (error) {
    if (error instanceof TokenFileError) throw new UsageError(error.message)
    throw error
  }
}

import { writeFile } from 'node:fs/promises'
import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { profileBounds, profileKinds } from '../contract/profile.ts'
import { differenceFormats, type ProfileDifference } from '../controlplane/profile-difference.ts'
import { downloadFormats } from '../controlplane/profile-files.ts'
import { norms } from '../profiling/difference.ts'
import { wholeNumber } from './load-flags.ts'
import { captureProfile } from './profile-capture-command.ts'
import { ProfileClient, ProfileClientError } from './profile-client.ts'
import { differenceTable, profileInWords, profileTable } from './profile-text.ts'
import { authorizationOf, refusalOf, type ServerFlags, withServerFlags } from './server-flags.ts'

interface Flags extends ServerFlags {
  readonly json?: boolean
}

interface CaptureFlags extends Flags {
  readonly kind: string
  readonly seconds: number
  readonly interval?: number
  readonly workers?: number[]
  readonly label?: string
}

/** A terminal that is closed is one of them. */
const interruptions = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const examples = `
Examples:
  framelab profile capture --label before                     5 s of CPU on all workers
  framelab profile capture --kind allocation --seconds 10 --workers 1
  framelab profile list
  framelab profile diff before after                          which functions take more or less CPU per frame
  framelab profile diff before after --format html -o diff.html
  framelab profile download before --format pprof -o before.pb.gz

A profile is named by its id or by its label; of several with one label, the newest is meant, and for diff the newest two of
one kind. Ctrl-C cancels a capture on
the server too, and the server cancels one that nobody follows any more.`

/** `framelab profile`: capture on a running server, and compare. */
export function profileCommand(): Command {
  return new Command('profile')
    .description('Profile a running server: where time and memory go, and what a change did to that, per frame.')
    .addCommand(captureCommand())
    .addCommand(listCommand())
    .addCommand(diffCommand())
    .addCommand(downloadCommand())
    .addCommand(deleteCommand())
    .addHelpText('after', examples)
    .exitOverride()
}

function captureCommand(): Command {
  return command('capture')
    .description('Capture a profile and keep it on the server.')
    .addOption(new Option('--kind <kind>', 'what to sample').choices(profileKinds).default('cpu'))
    .addOption(new Option('--seconds <seconds>', 'how long').argParser(secondsOf).default(5))
    .addOption(
      new Option(
        '--interval <microseconds>',
        'from one CPU sample to the next; shorter costs more (default: 5000)'
      ).argParser(wholeNumber(profileBounds.intervalMicroseconds))
    )
    .addOption(new Option('--workers <ids>', 'ids of workers, such as 1,2; all of them unless given').argParser(idsOf))
    .option('--label <text>', 'a name to find it by')
    .option('--json', 'print the profile as one JSON object', false)
    .action((flags: CaptureFlags) =>
      told(async () => {
        const interruption = new AbortController()
        const interrupt = (): void => interruption.abort()
        for (const signal of interruptions) process.once(signal, interrupt)
        const { kind, seconds, interval: intervalMicroseconds, workers, label } = flags
        const report = await captureProfile(
          profileClient(flags),
          { kind, seconds, intervalMicroseconds, workers, label },
          interruption.signal
        ).finally(() => {
          for (const signal of interruptions) process.off(signal, interrupt)
        })
        if (report === null) {
          process.stderr.write('Cancelled, on the server too.\n')
          process.exitCode = 130
        } else process.stdout.write(flags.json ? `${JSON.stringify(report)}\n` : profileInWords(report))
      })
    )
}

function listCommand(): Command {
  return command('list')
    .description('List the profiles that the server keeps, newest first.')
    .addOption(new Option('--limit <count>', 'at most').argParser(wholeNumber({ min: 1, max: 1000 })).default(50))
    .option('--json', 'print one JSON object', false)
    .action((flags: Flags & { limit: number }) =>
      told(async () => {
        const page = await profileClient(flags).list(flags.limit)
        process.stdout.write(flags.json ? `${JSON.stringify(page)}\n` : profileTable(page.items))
      })
    )
}

function diffCommand(): Command {
  return command('diff')
    .description('Compare two profiles, per frame unless told otherwise.')
    .addArgument(new Argument('<before>', 'id or label'))
    .addArgument(new Argument('<after>', 'id or label'))
    .addOption(new Option('--norm <norm>', 'what to divide by').choices(norms).default('frames'))
    .addOption(
      new Option('--format <format>', 'of the result').choices(['table', ...differenceFormats]).default('table')
    )
    .option('-o, --output <file>', 'write to a file')
    .option('--json', 'the same as --format json', false)
    .action((before: string, after: string, flags: Flags & { norm: string; format: string; output?: string }) =>
      told(async () => {
        const client = profileClient(flags)
        const [first, second] = await client.resolvePair(before, after)
        const format = flags.json ? 'json' : flags.format
        const content = await client.difference(first.id, second.id, flags.norm, format === 'table' ? 'json' : format)
        const whole = (): ProfileDifference => JSON.parse(content.toString()) as ProfileDifference
        await give(format === 'table' ? Buffer.from(differenceTable(whole())) : content, flags.output)
      })
    )
}

function downloadCommand(): Command {
  return command('download')
    .description('Download a profile for another tool.')
    .addArgument(new Argument('<profile>', 'id or label'))
    .addOption(new Option('--format <format>', 'of the file').choices(downloadFormats).default('pprof'))
    .option('-o, --output <file>', 'write to a file')
    .action((profile: string, flags: Flags & { format: string; output?: string }) =>
      told(async () => {
        const client = profileClient(flags)
        const { id } = await client.resolve(profile)
        await give(await client.download(id, flags.format), flags.output)
      })
    )
}

function deleteCommand(): Command {
  return command('delete')
    .description('Delete a profile; cancel it when it is under way.')
    .addArgument(new Argument('<profile>', 'id or label'))
    .action((profile: string, flags: Flags) =>
      told(async () => {
        const client = profileClient(flags)
        await client.remove((await client.resolve(profile)).id)
      })
    )
}

function command(name: string): Command {
  return withServerFlags(new Command(name)).exitOverride()
}

function profileClient(flags: ServerFlags): ProfileClient {
  return new ProfileClient(flags.url, authorizationOf(flags))
}

function secondsOf(text: string): number {
  const { min, max } = profileBounds.seconds
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`)
}

function idsOf(text: string): number[] {
  if (!/^[1-9]\d{0,2}(,[1-9]\d{0,2})*$/.test(text))
    throw new InvalidArgumentError('It must be ids of workers, such as 1,2.')
  return text.split(',').map(Number)
}

async function give(content: Buffer, file: string | undefined): Promise<void> {
  if (file === undefined) {
    process.stdout.write(content)
    return
  }
  try {
    await writeFile(file, content)
  } catch (cause) {
    throw new ProfileClientError(`cannot write ${file}: ${(cause as NodeJS.ErrnoException).code}`, { cause })
  }
}

/** What the server refuses is told in one sentence, with exit code 1. */
async function told(action: () => Promise<void>): Promise<void> {
  try {
    await action()
  } catch (error) {
    const { message } = error instanceof ProfileClientError ? error : refusalOf(error)
    process.stderr.write(`framelab profile: ${message}.\n`)
    process.exitCode = 1
  }
}

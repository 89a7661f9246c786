/** The person asked for something that cannot be: told in one sentence, without a stack trace, with exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}

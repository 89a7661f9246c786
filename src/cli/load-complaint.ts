/** What `framelab load` says besides its result, on stderr. */
export function complain(sentence: string): void {
  process.stderr.write(`framelab load: ${sentence}.\n`)
}

export function fail(sentence: string): void {
  complain(sentence)
  process.exitCode = 1
}

export function connectAdvice(message: string): string {
  return `${message}. Is a server listening there? Start one with 'framelab serve'`
}

export interface FunctionLength {
  readonly line: number
  readonly lines: number
}

/** A line that opens the body of a function, a method or an arrow function. In formatted code its end is as deep. */
const opening = /^( *)(?!(?:if|for|while|switch|catch|else|do|try|return if)\b).*(?:\)|\) *: [^=]*|=>) \{$/
const isControl = /^\s*(?:\} )?(?:if|else|for|while|switch|catch|do|try)\b/

/** The lengths of all functions, from the line that opens the body to the one that closes it. */
export function functionLengths(bare: string): FunctionLength[] {
  const lines = bare.split('\n').map(line => line.trimEnd())
  return lines.flatMap((line, index) => {
    const [, indentation] = opening.exec(line) ?? []
    if (indentation === undefined || isControl.test(line)) return []
    const length = lines.slice(index + 1).findIndex(other => other.startsWith(`${indentation}}`))
    return [{ line: index + 1, lines: (length === -1 ? lines.length - index - 1 : length + 1) + 1 }]
  })
}

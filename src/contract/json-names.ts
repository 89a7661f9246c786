/** Strings, those that are names with what makes them so, and the braces of objects. */
const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/gs

/**
 * The first name that stands twice in one object of a JSON text, which parsers read differently (RFC 8259, 4); null when
 * there is none. The text must be JSON.
 */
export function nameTwice(text: string): string | null {
  const open: Set<string>[] = []
  for (const [token, colon] of text.matchAll(tokens)) {
    if (token === '{') open.push(new Set())
    else if (token === '}') open.pop()
    else if (colon !== undefined) {
      const name = JSON.parse(token.slice(0, -colon.length)) as string
      const names = open.at(-1)
      if (names?.has(name)) return name
      names?.add(name)
    }
  }
  return null
}

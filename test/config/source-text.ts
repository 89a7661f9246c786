/** A source file's text with parts blanked out, so that a plain search finds code and nothing else. Lines stay in place. */
export interface SourceText {
  /** Without comments. */
  readonly uncommented: string
  /** Without comments and without what stands in strings, templates and regular expressions. */
  readonly bare: string
}

/** After one of these, a slash begins a regular expression; after anything else it divides. */
const beforeRegExp = /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else|void|await|yield))\s*$/

/**
 * Enough of a lexer to tell code from comments and strings. It knows nothing of JSX, which this project does not use.
 */
export function sourceText(text: string): SourceText {
  const uncommented = [...text]
  const bare = [...text]
  /** Depth of braces in each template that is open, innermost last. */
  const templates: number[] = []
  let at = 0

  const blank = (characters: string[], from: number, to: number): void => {
    for (let index = from; index < to; index++) if (characters[index] !== '\n') characters[index] = ' '
  }
  const endOf = (pattern: RegExp, from: number): number => {
    const sticky = new RegExp(pattern.source, 'gsy')
    sticky.lastIndex = from
    return sticky.test(text) ? sticky.lastIndex : from + 1
  }
  /** From behind a backtick or a closing brace to the next place that is code again. */
  const skipTemplateText = (from: number): number => {
    const end = endOf(/(?:[^`\\$]|\\.|\$(?!\{))*/, from)
    blank(bare, from, end)
    if (text.startsWith('$' + '{', end)) {
      templates.push(0)
      return end + 2
    }
    return end + 1
  }

  while (at < text.length) {
    const character = text[at]
    const depth = templates.at(-1)
    if (text.startsWith('//', at) || text.startsWith('/*', at)) {
      const end = text[at + 1] === '/' ? endOf(/[^\n]*/, at) : endOf(/\/\*.*?\*\//, at)
      blank(uncommented, at, end)
      blank(bare, at, end)
      at = end
    } else if (character === "'" || character === '"') {
      const end = endOf(character === "'" ? /'(?:[^'\\\n]|\\.)*'/ : /"(?:[^"\\\n]|\\.)*"/, at)
      blank(bare, at + 1, end - 1)
      at = end
    } else if (character === '/' && beforeRegExp.test(bare.slice(Math.max(0, at - 40), at).join(''))) {
      const end = endOf(/\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/, at)
      blank(bare, at + 1, end - 1)
      at = end
    } else if (character === '`') {
      at = skipTemplateText(at + 1)
    } else if (character === '}' && depth === 0) {
      templates.pop()
      at = skipTemplateText(at + 1)
    } else {
      if (character === '{' && depth !== undefined) templates[templates.length - 1] = depth + 1
      if (character === '}' && depth !== undefined) templates[templates.length - 1] = depth - 1
      at++
    }
  }
  return { uncommented: uncommented.join(''), bare: bare.join('') }
}

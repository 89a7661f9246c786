import { categoryOf, type StackFrame } from './stack-frame.ts'
import type { CallFrame } from './v8-profile.ts'

/** A frame of V8 as one of ours. */
export function frameOf({ functionName, url, lineNumber, columnNumber }: CallFrame): StackFrame {
  // Tabs and line breaks would end a record of the text formats.
  const name = nameOf(functionName, url, lineNumber, columnNumber).replace(/[\s;]+/g, ' ')
  const file = url.replace(/[\s;]+/g, ' ')
  return {
    functionName: name,
    file,
    line: file === '' ? 0 : Math.max(0, lineNumber + 1),
    category: categoryOf(name, file)
  }
}

function nameOf(functionName: string, url: string, line: number, column: number): string {
  if (functionName !== '') return functionName
  if (url === '') return '(native)'
  // With its line, as pprof takes two of one name for one.
  return line <= 0 && column <= 0 ? '(module)' : `(anonymous:${line + 1})`
}

export const categories = ['framelab', 'node', 'native', 'gc', 'program', 'other', 'idle'] as const
/**
 * Whose time or memory it is. `native` is a named function of the runtime's C++, `program` what V8 could not name, which is
 * mostly the event loop and the system calls it makes; `other` is a library, or a handler of your own.
 */
export type Category = (typeof categories)[number]

/** A function on a stack. */
export interface StackFrame {
  readonly functionName: string
  /** Relative to the package; empty where there is no file. */
  readonly file: string
  /** Where the function begins, from 1; 0 where there is no file. */
  readonly line: number
  readonly category: Category
}

const named: Readonly<Record<string, Category>> = {
  '(garbage collector)': 'gc',
  '(GC)': 'gc',
  '(idle)': 'idle',
  '(IDLE)': 'idle',
  '(program)': 'program'
}

export function categoryOf(functionName: string, file: string): Category {
  if (file === '') return named[functionName] ?? 'native'
  if (file.startsWith('node:')) return 'node'
  return /^(src|dist)\//.test(file) ? 'framelab' : 'other'
}

/** `dataplane/connection.onRead`, as Go has it: module and function, for tools that show nothing else. */
export function qualifiedName({ functionName, file }: StackFrame): string {
  const module = file
    .replace(/^(src|dist)\//, '')
    .replace(/^.*node_modules\//, '')
    .replace(/\.\w+$/, '')
  return module === '' ? functionName : `${module}.${functionName}`
}

/** `name (file:line)`: what tells two functions of one name apart. */
export function describeFrame({ functionName, file, line }: StackFrame): string {
  return file === '' ? functionName : `${functionName} (${file}:${line})`
}

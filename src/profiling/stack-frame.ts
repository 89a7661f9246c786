/** Whose time or memory it is. */
export const categoryMeanings = {
  framelab: 'our own functions',
  node: "Node's JavaScript",
  native: "named functions of the runtime's C++, with their system calls",
  loop: 'the event loop: reading sockets, polling',
  threads: "V8's other threads: collector, compiler, profiler; part of the event loop's where the system does not tell",
  gc: 'garbage collector',
  program: 'what V8 could not name',
  other: 'libraries, handlers of your own',
  idle: 'waiting, which is no cost'
} as const
export type Category = keyof typeof categoryMeanings
export const categories = Object.keys(categoryMeanings) as Category[]

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

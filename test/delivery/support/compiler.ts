import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { temporaryFolder } from '../../integration/support/checkout.ts'
import { Program, root } from '../../integration/support/processes.ts'

/**
 * What the compiler has to say of a text that is a value of a type. Unlike schemas that let pass what they do not know, it
 * finds every name that the type has not.
 */
export async function findingsOf(t: TestContext, types: string, type: string, value: string): Promise<string> {
  const folder = temporaryFolder(t)
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'value.ts'), `${types}\nexport const value: ${type} = ${value}`)
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'esnext', '--moduleResolution', 'bundler']
  const args = [join(root, 'node_modules/typescript/bin/tsc'), ...flags, '--types', '', 'value.ts']
  return (await new Program(t, args, { cwd: folder }).ended).stdout
}

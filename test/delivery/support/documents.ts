import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { root } from '../../integration/support/processes.ts'

/** A path from the root of the repository, whole. */
export const inRoot = (path: string): string => join(root, path)

export const textOf = (path: string): string => readFileSync(inRoot(path), 'utf8')

/** Every document of a YAML file. Throws where it is none. */
export function yamlDocuments(path: string): unknown[] {
  return parseAllDocuments(textOf(path)).map(document => {
    if (document.errors.length > 0) throw new Error(`${path}: ${document.errors[0]?.message}`)
    return document.toJS() as unknown
  })
}

export function yamlOf<Content>(path: string): Content {
  return yamlDocuments(path)[0] as Content
}

export const filesIn = (folder: string): string[] =>
  readdirSync(inRoot(folder))
    .sort()
    .map(name => `${folder}/${name}`)

/** `${NAME:-default}` becomes its default, as compose does it where nothing is set. */
export function interpolated(text: string): string {
  return text.replace(/\$\{(\w+)(?::-([^}]*))?\}/g, (_, _name, initial: string = '') => initial)
}

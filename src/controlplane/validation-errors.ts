import type { ZodFastifySchemaValidationError } from 'fastify-type-provider-zod'
import type { InputError } from './problem.ts'

/** Issues of a schema → one error for each bad field, with a JSON pointer into the body or the name of the parameter. */
export function inputErrors(issues: readonly ZodFastifySchemaValidationError[], isBody: boolean): InputError[] {
  return issues.flatMap(({ keyword, instancePath, message, params }) => {
    const path = instancePath.split('/').slice(1)
    // The validator writes the root as '/', which as a JSON pointer would be the field with the empty name.
    const parent = path.length === 1 && path[0] === '' ? [] : path
    const at = (segments: readonly string[], detail: string): InputError =>
      isBody ? { pointer: pointerOf(segments), detail } : { parameter: segments.join('.'), detail }

    if (keyword !== 'unrecognized_keys') return [at(parent, wordsOf(message))]
    return (params.keys as string[]).map(key => at([...parent, key], `unknown ${isBody ? 'field' : 'parameter'}`))
  })
}

/** Without the validator's kind of issue in front, which its next words say better. */
function wordsOf(message = 'is not valid'): string {
  return message.replace(/^(Invalid|Too) \w+: /, '')
}

/** RFC 6901: ~ and / in a name are written ~0 and ~1. */
function pointerOf(segments: readonly string[]): string {
  return segments.map(segment => `/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

import { z } from 'zod'
import type { InputError, Problem } from '../problem.ts'
import { schemaOf } from './schema-of.ts'

const inputError = schemaOf<InputError>()(
  z
    .object({
      pointer: z
        .string()
        .optional()
        .describe('JSON pointer (RFC 6901) to the field of the body; empty for the body itself'),
      parameter: z.string().optional().describe('name of the parameter, of the query or the path'),
      detail: z.string().describe('what is wrong with it')
    })
    .meta({ id: 'InputError', description: 'One thing that is wrong with a request, and where.' })
)

export const problemSchema = schemaOf<Problem>()(
  z
    .object({
      type: z.string().describe('URI that names the kind of problem'),
      title: z.string().describe('the kind of problem, in words'),
      status: z.int().min(400).max(599).describe('the HTTP status'),
      detail: z.string().describe('what happened this time'),
      errors: z.array(inputError).optional().describe('every bad field of the request')
    })
    .meta({ id: 'Problem', description: 'Why a request was not answered (RFC 9457).' })
)

import type { z } from 'zod'

type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T

/**
 * `schemaOf<T>()(schema)` is the schema, as one of T. It compiles only when the schema's values and T are the same shape,
 * so that a field added to the contract and forgotten here (which would then be stripped from answers) is a type error.
 */
export function schemaOf<T>() {
  return <S extends z.ZodType<T>>(schema: [T] extends [DeepReadonly<z.output<S>>] ? S : never): z.ZodType<T> => schema
}

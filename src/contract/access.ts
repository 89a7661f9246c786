/** What a token may be used for. */
export const scopes = ['read', 'operate', 'profile'] as const
/**
 * `read` sees the server and its figures, `operate` changes what it does, `profile` captures and reads profiles, which show
 * code and names. None of them implies another.
 */
export type Scope = (typeof scopes)[number]

/** Whose token a request came with. */
export interface Identity {
  readonly name: string
  readonly scopes: readonly Scope[]
}

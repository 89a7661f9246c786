/** A certificate chain and its key, and the authority that clients must have theirs from; each the text of a PEM file. */
export interface TlsMaterial {
  readonly cert: string
  readonly key: string
  /** null: clients need no certificate. */
  readonly clientCa: string | null
}

/** As Node's TLS wants it. */
export function tlsOptionsOf({ cert, key, clientCa }: TlsMaterial): TlsServerOptions {
  return clientCa === null ? { cert, key } : { cert, key, ca: clientCa, requestCert: true, rejectUnauthorized: true }
}

export interface TlsServerOptions {
  readonly cert: string
  readonly key: string
  readonly ca?: string
  readonly requestCert?: true
  readonly rejectUnauthorized?: true
}

/** Why a connection was turned away before it was one. */
export const admissionReasons = [
  'max_connections',
  'address_denied',
  'address_connections',
  'address_rate',
  'tls_failed'
] as const
export type AdmissionReason = (typeof admissionReasons)[number]

/** Why the server turned a stream or a connection away: the rules of the design's table, each with its counter. */
export const refusalReasons = [
  'frame_too_short',
  'frame_too_large',
  'unknown_command',
  'unexpected_command',
  'packet_truncated',
  'frame_incomplete',
  'frame_timeout',
  'idle_timeout',
  'slow_consumer',
  ...admissionReasons
] as const
export type RefusalReason = (typeof refusalReasons)[number]

/** Why a connection ended: refused, or in one of the ordinary ways. */
export const closeReasons = [
  ...refusalReasons.filter(isOfConnection),
  /** The peer ended its stream between frames. */
  'peer_closed',
  /** The peer sent Close. */
  'peer_requested',
  /** The peer vanished or reset the connection. */
  'peer_reset',
  /** Closed through the control plane. */
  'operator',
  /** The server was stopping. */
  'server_drained',
  /** The worker died under it. */
  'worker_lost',
  /** A fault of ours; the log has the error. */
  'internal_error'
] as const
export type CloseReason = (typeof closeReasons)[number]

function isOfConnection(reason: RefusalReason): reason is Exclude<RefusalReason, AdmissionReason> {
  return !(admissionReasons as readonly string[]).includes(reason)
}

export type CountsByReason<Reason extends string> = Record<Reason, number>

export function zeroCounts<Reason extends string>(reasons: readonly Reason[]): CountsByReason<Reason> {
  return Object.fromEntries(reasons.map(reason => [reason, 0])) as CountsByReason<Reason>
}

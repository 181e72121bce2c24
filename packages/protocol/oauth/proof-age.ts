/**
 * The time window of a signed proof: how old it may be and how far ahead of our clock. Knows no message; whoever
 * signs proofs has a clock of its own, so both sides of the window are open a little.
 */
import { ok, type Result, refuse } from '@countersign/core/result'

export interface ProofWindow {
  /** Epoch seconds. */
  readonly now: number
  /** A proof made longer ago is too old, in seconds; clock differences included. */
  readonly maxAgeSeconds: number
  /** How far ahead of our clock the proof may be, in seconds. */
  readonly skewSeconds: number
}

/** Why a proof is outside of the window; part of a refusal that says of which proof it speaks. */
export type WindowFault =
  | { readonly reason: 'iat_missing' }
  | { readonly reason: 'too_old'; readonly iat: number; readonly now: number; readonly maxAgeSeconds: number }
  | {
      readonly reason: 'from_future'
      readonly iat: number
      readonly now: number
      readonly skewSeconds: number
    }

/** A NumericDate may have a fraction (RFC 7519 §2). Returns `iat`. */
export function checkIssuedAt(iat: unknown, window: ProofWindow): Result<number, WindowFault> {
  const { now, maxAgeSeconds, skewSeconds } = window
  if (typeof iat !== 'number' || !Number.isFinite(iat)) return refuse({ reason: 'iat_missing' })
  if (now - iat > maxAgeSeconds) return refuse({ reason: 'too_old', iat, now, maxAgeSeconds })
  if (iat - now > skewSeconds) return refuse({ reason: 'from_future', iat, now, skewSeconds })
  return ok(iat)
}

/** From the first moment at which a proof could be accepted to the last: how long a spent one is remembered. */
export function windowLengthSeconds(window: ProofWindow): number {
  return window.maxAgeSeconds + window.skewSeconds + 1
}

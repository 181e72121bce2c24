/** When a credential says that it was issued, and how long it is good. Times in epoch seconds. */
import type { Signer } from '@countersign/crypto/engine'
import { parseX5cEntry } from '@countersign/x509/certificate'

export interface Validity {
  readonly issuedAt: number
  readonly expiresAt?: number
}

/**
 * OpenID4VCI §15.4.1: a precise moment would link credentials; the hour is enough. But nothing is older than the
 * certificate of its signer (ISO/IEC 18013-5 §9.3.1), also in that certificate's first hour.
 */
export function validityFrom(now: number, signer: Signer, lifetimeSeconds: number | undefined): Validity {
  const issuedAt = Math.min(now, Math.max(roundedDown(now), certificateStart(signer)))
  return lifetimeSeconds === undefined ? { issuedAt } : { issuedAt, expiresAt: expiry(now, lifetimeSeconds) }
}

function roundedDown(now: number): number {
  return now - (now % 3600)
}

/** Dates have years of four digits: whoever orders the last of them and comes for it later gets no later one. */
const LAST_MOMENT = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000

/** Rounded to the hour where that does not matter, exact for short-lived credentials. */
function expiry(now: number, lifetimeSeconds: number): number {
  const start = lifetimeSeconds >= 86_400 ? roundedDown(now) : now
  return Math.min(start + lifetimeSeconds, LAST_MOMENT)
}

const starts = new WeakMap<Signer, number>()

/** 0 for a signer without a certificate. */
function certificateStart(signer: Signer): number {
  const known = starts.get(signer)
  if (known !== undefined) return known
  const leaf = parseX5cEntry(signer.x5c?.[0] ?? '')
  const start = leaf.ok ? leaf.value.notBefore : 0
  starts.set(signer, start)
  return start
}

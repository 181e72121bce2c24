/** When a credential says that it was issued, and how long it is good. Times in epoch seconds. */
import { LAST_MOMENT } from '@countersign/core/date-time'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Signer } from '@countersign/crypto/engine'
import type { PromisedCredential } from '@countersign/protocol/openid4vci/session/state'
import { parseX5cEntry } from '@countersign/x509/certificate'

export interface Validity {
  readonly issuedAt: number
  /** Absent: from issuance on. */
  readonly notBefore?: number | undefined
  readonly expiresAt?: number | undefined
}

export type PromisedValidity = Pick<
  PromisedCredential,
  'lifetimeSeconds' | 'expiresAt' | 'notBefore' | 'startsAfterSeconds'
>

/** The end that the issue call named came before the wallet did. */
export interface ValidityOver {
  readonly code: 'validity_over'
}

/**
 * OpenID4VCI §15.4.1: a precise moment would link credentials; the hour is enough. But nothing is older than the
 * certificate of its signer (ISO/IEC 18013-5 §9.3.1), also in that certificate's first hour. Moments that the caller
 * named are the caller's: they are what they are, however late the wallet comes.
 */
export function validityFrom(
  now: number,
  signer: Signer,
  promised: PromisedValidity,
): Result<Validity, ValidityOver> {
  const issuedAt = Math.min(now, Math.max(roundedDown(now), certificateStart(signer)))
  const { lifetimeSeconds, startsAfterSeconds } = promised
  const from = (seconds: number) => fromIssuance(seconds, issuedAt, now)
  const notBefore =
    promised.notBefore ?? (startsAfterSeconds === undefined ? undefined : from(startsAfterSeconds))
  const expiresAt = promised.expiresAt ?? (lifetimeSeconds === undefined ? undefined : from(lifetimeSeconds))
  const isOver = expiresAt !== undefined && expiresAt <= Math.max(now, notBefore ?? now)
  return isOver ? refuse({ code: 'validity_over' }) : ok({ issuedAt, notBefore, expiresAt })
}

function roundedDown(now: number): number {
  return now - (now % 3600)
}

/**
 * Counted from the hour where that does not matter, exact for a day that is not full. Dates have years of four digits:
 * whoever orders the last of them and comes for it later gets no later one.
 */
function fromIssuance(seconds: number, issuedAt: number, now: number): number {
  const isExact = seconds !== 0 && Math.abs(seconds) < 86_400
  return Math.min((isExact ? now : issuedAt) + seconds, LAST_MOMENT)
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

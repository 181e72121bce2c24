/** What the JWTs have in common by which clients show who they are: one JSON object each, signed, with a time and an audience. */
import type { JsonObject } from '@countersign/core/json'

/** RFC 7519 §4.1.3: one audience may be written as a list of one; a list of several is meant for others as well. */
export function soleAudience(aud: unknown): unknown {
  return Array.isArray(aud) && aud.length === 1 ? aud[0] : aud
}

/** `iat` or `nbf` of a statement that need not have them: absent, or a moment that has come. */
export function hasBegun(moment: unknown, now: number, skewSeconds: number): boolean {
  return moment === undefined || (isMoment(moment) && moment <= now + skewSeconds)
}

/** A NumericDate may have a fraction (RFC 7519 §2). */
export function isMoment(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

export function confirmedJwk({ cnf }: JsonObject): unknown {
  return typeof cnf === 'object' && cnf !== null && 'jwk' in cnf ? cnf.jwk : undefined
}

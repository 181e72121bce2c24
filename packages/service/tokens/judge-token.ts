/**
 * What an access token of the operator's authorization server has to say (RFC 9068 §4), once its signature was found good, and whom
 * it lets in for what. Knows nothing of keys.
 */

import { MANAGEMENT_SCOPES, type ManagementScope } from '@countersign/api/scopes'
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import type { ManagementTokens } from '../config/management-tokens.ts'
import type { JudgedCaller } from '../http/callers/caller-judge.ts'

const SKEW_SECONDS = 60
const MOST_NAMES = 200
/** RFC 9068 §2.1; most servers write the second. An ID token of the second kind is told by its audience, and by `requiredClaims`. */
const TYPES = ['at+jwt', 'application/at+jwt', 'jwt']

/** RFC 8725 §3.11: a token that is meant for something else says so. */
export function isAccessTokenType(typ: JsonValue | undefined): boolean {
  return typeof typ === 'string' && TYPES.includes(typ.toLowerCase())
}

/** Undefined for what lets nobody in. `now` in epoch seconds. */
export function judgeClaims(
  payload: JsonObject,
  settings: ManagementTokens,
  now: number,
): JudgedCaller | undefined {
  const { aud, cnf, exp, iss, nbf } = payload
  const audiences: readonly JsonValue[] = isJsonArray(aud) ? aud : [aud ?? null]
  if (iss !== settings.issuer || !audiences.includes(settings.audience)) return undefined
  if (typeof exp !== 'number' || exp + SKEW_SECONDS <= now) return undefined
  if (nbf !== undefined && (typeof nbf !== 'number' || nbf - SKEW_SECONDS > now)) return undefined
  // RFC 8705 §3, RFC 9449 §7.1: bound to a key whose proof is not looked at here, so it is no bearer token.
  if (cnf !== undefined) return undefined
  if (!hasClaims(payload, settings.requiredClaims)) return undefined
  const names = namesOf(payload)
  if (names === undefined) return undefined
  return {
    caller: {
      id: `token ${JSON.stringify([iss, ...names])}`,
      name: `token of ${names.filter((name) => name !== '').join(', ')}`,
      scopes: new Set(scopesOf(payload, settings)),
    },
    endsInSeconds: exp + SKEW_SECONDS - now,
  }
}

/** Whom it was issued about and whom for; one of both at least, or nobody could be named. */
function namesOf({ azp, client_id: clientId, sub }: JsonObject): readonly [string, string] | undefined {
  const client = textOf(clientId ?? azp)
  const subject = textOf(sub)
  return client === '' && subject === '' ? undefined : [client, subject]
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value.slice(0, 200) : ''
}

function hasClaims(payload: JsonObject, required: ManagementTokens['requiredClaims']): boolean {
  return Object.entries(required).every(([name, wanted]) => {
    const found = claimOf(payload, name)
    return isJsonArray(found) ? found.includes(wanted) : found === wanted
  })
}

/** A claim of that name, or one inside others: names with dots in them are names first. */
function claimOf(payload: JsonObject, name: string): JsonValue | undefined {
  if (Object.hasOwn(payload, name)) return payload[name]
  let found: JsonValue | undefined = payload
  for (const part of name.split('.')) {
    if (!isJsonObject(found) || !Object.hasOwn(found, part)) return undefined
    found = found[part]
  }
  return found
}

function scopesOf(payload: JsonObject, { scopeClaim, scopes }: ManagementTokens): readonly ManagementScope[] {
  const claim = claimOf(payload, scopeClaim)
  const listed = isJsonArray(claim) ? claim : typeof claim === 'string' ? claim.split(' ') : []
  const names = listed.slice(0, MOST_NAMES).filter((name) => typeof name === 'string')
  if (scopes === undefined) return MANAGEMENT_SCOPES.filter((scope) => names.includes(scope))
  return names.flatMap((name) => (Object.hasOwn(scopes, name) ? (scopes[name] ?? []) : []))
}

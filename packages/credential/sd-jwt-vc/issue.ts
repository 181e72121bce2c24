/**
 * Issues an SD-JWT VC (RFC 9901 §4, SD-JWT VC §2): claims in, compact form out. Refuses what a verifier would have to
 * reject, so that no such credential ever exists. Knows no type: whether the claims suit the `vct` is checked before.
 */

import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { signJws } from '@countersign/crypto/jose/jws'
import { bareKey } from '@countersign/crypto/jwk'
import type { FormatRefusal, IssueInput } from '../contract/format.ts'
import { issuerKeyId } from '../contract/issuer-key-id.ts'
import { withinCredentialSize } from '../contract/size.ts'
import { conceal } from '../sd-jwt/conceal.ts'
import { isAlwaysShown, TYP } from './always-shown.ts'
import { areFurtherTypes } from './read.ts'
import { writeStatus } from './status.ts'

/** Refuses claims and paths that would make an unverifiable credential; codes are here and in `sd-jwt/conceal.ts`. */
export async function issueSdJwtVc(
  input: IssueInput,
  crypto: CryptoEngine,
): Promise<Result<string, FormatRefusal>> {
  const fault = checkEnvelope(input) ?? checkTopLevel(input)
  if (fault !== undefined) return refuse(fault)
  const status = writeStatus(input.statuses ?? [])
  if (!status.ok) return status
  const header = headerOf(input)
  if (!header.ok) return header
  const concealed = await conceal(input.claims, { ...input, isAlwaysShown }, crypto)
  if (!concealed.ok) return concealed
  const { claims, disclosures } = concealed.value
  const payload = { ...registeredClaims(input), ...status.value, ...claims }
  const jwt = await signJws(header.value, payload, input.signer)
  const compact = `${[jwt, ...disclosures].join('~')}~`
  return withinCredentialSize(compact)
}

function headerOf(input: IssueInput): Result<JsonObject, FormatRefusal> {
  const { x5c } = input.signer
  const kid = issuerKeyId(input)
  return kid.ok ? ok({ typ: TYP, kid: kid.value, ...(x5c && x5c.length > 0 && { x5c }) }) : kid
}

function registeredClaims(input: IssueInput): JsonObject {
  return {
    ...(input.issuer !== undefined && { iss: input.issuer }),
    iat: input.issuedAt,
    ...(input.notBefore !== undefined && { nbf: input.notBefore }),
    ...(input.expiresAt !== undefined && { exp: input.expiresAt }),
    vct: input.type,
    // The bare key: a label that the wallet put on it could be used to recognise the holder.
    ...(input.holderKey && { cnf: { jwk: bareKey(input.holderKey) } }),
  }
}

function checkEnvelope(input: IssueInput): FormatRefusal | undefined {
  if (input.type.trim() === '') return { code: 'vct_missing' }
  if (input.issuer?.trim() === '') return { code: 'iss_malformed' }
  for (const name of ['issuedAt', 'notBefore', 'expiresAt'] as const) {
    const time = input[name]
    if (time !== undefined && !Number.isSafeInteger(time)) return { code: 'time_malformed', detail: name }
  }
  const { notBefore = input.issuedAt, expiresAt } = input
  const empty = expiresAt !== undefined && expiresAt <= Math.max(input.issuedAt, notBefore)
  return empty ? { code: 'validity_empty' } : undefined
}

/** Claims that this function writes itself: given as data they would contradict it. */
const WRITTEN_HERE = ['iss', 'iat', 'nbf', 'exp', 'cnf', 'vct', 'status']

function checkTopLevel({ claims, type }: IssueInput): FormatRefusal | undefined {
  const name = WRITTEN_HERE.find((written) => Object.hasOwn(claims, written))
  if (name !== undefined) return { code: 'claim_reserved', detail: name }
  if (!areFurtherTypes(claims.aka_vcts, type)) return { code: 'aka_vcts_malformed' }
  const integrity = claims['vct#integrity']
  return integrity === undefined || typeof integrity === 'string'
    ? undefined
    : { code: 'integrity_malformed' }
}

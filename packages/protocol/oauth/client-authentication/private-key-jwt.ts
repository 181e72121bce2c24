/**
 * `private_key_jwt` (RFC 7523 §2.2, §3; OpenID Connect Core 1.0 §9): a client that was registered with its keys signs an
 * assertion for one request to one authorization server. Left to the caller: whose keys they are, and claiming `replayKey`
 * once for `replayTtlSeconds`.
 */
import { defined, type JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { type DecodedJws, decodeJws, verifyJws } from '@countersign/crypto/jose/jws'
import { isMediaType } from '@countersign/crypto/jose/media-type'
import type { PublicJwk } from '@countersign/crypto/jwk'
import { optionalParameter, parameter } from '../form-parameters.ts'
import { boundedText } from '../message-values.ts'
import {
  type ClientAuthentication,
  type ClientMessage,
  MAX_CLIENT_ID_LENGTH,
  type PresentationRefusal,
} from './client-authentication.ts'
import { hasBegun, isMoment, soleAudience } from './signed-statement.ts'

export interface AssertedClient {
  readonly method: 'private_key_jwt'
  /** `client_id` of the request, where it has one. */
  readonly clientId?: string | undefined
  readonly assertion: string
}

export interface ReadAssertion {
  /** Whom the assertion is of. Nothing of it is believed yet. */
  readonly clientId: string
  readonly decoded: DecodedJws
}

export interface AssertionCheck {
  /** Our issuer identifier, and the addresses that clients may name in its place. */
  readonly audiences: readonly string[]
  /** Those that the client was registered with. */
  readonly keys: readonly PublicJwk[]
  /** Epoch seconds. */
  readonly now: number
  readonly skewSeconds: number
  /** How far ahead its end may lie. */
  readonly maxLifetimeSeconds: number
}

export interface VerifiedAssertion {
  readonly clientId: string
  /** Equal for two assertions of the same client with the same `jti`; 43 characters, base64url. */
  readonly replayKey: string
  readonly replayTtlSeconds: number
}

export type AssertionRefusal =
  | { readonly code: 'assertion_malformed'; readonly reason: string }
  | { readonly code: 'assertion_wrong_typ' }
  /** `iss`, `sub` and `client_id` do not all name the same client. */
  | { readonly code: 'assertion_of_another' }
  | { readonly code: 'assertion_wrong_audience' }
  | { readonly code: 'assertion_jti_missing' }
  | { readonly code: 'assertion_outside_validity'; readonly claim: 'exp' | 'iat' | 'nbf' }
  | { readonly code: 'assertion_signature_invalid'; readonly reason: string }

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const MAX_ASSERTION_LENGTH = 8192
const MAX_JTI_LENGTH = 256
/** A JWT that was made for something else says so in its `typ` (RFC 8725 §3.11). */
const TYPS = ['jwt', 'client-authentication+jwt']

export const privateKeyJwt: ClientAuthentication<'private_key_jwt', AssertedClient> = {
  method: 'private_key_jwt',
  parse,
  write: ({ assertion, clientId }) => ({
    form: defined({
      client_id: clientId,
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: assertion,
    }),
    headers: {},
  }),
  metadata: { token_endpoint_auth_signing_alg_values_supported: [...ALLOWED_ALGORITHMS.client_assertion] },
}

function parse({ form }: ClientMessage): Result<AssertedClient | undefined, PresentationRefusal> {
  const type = parameter(form, 'client_assertion_type')
  const assertion = optionalParameter(form, 'client_assertion', MAX_ASSERTION_LENGTH)
  if (!assertion.ok) return assertion
  if (type === undefined && assertion.value === undefined) return ok(undefined)
  if (type === undefined) return refuse({ code: 'client_incomplete', missing: 'client_assertion_type' })
  if (type !== ASSERTION_TYPE)
    return refuse({ code: 'client_method_unsupported', presented: 'client_assertion_type' })
  if (assertion.value === undefined) return refuse({ code: 'client_incomplete', missing: 'client_assertion' })
  const clientId = optionalParameter(form, 'client_id', MAX_CLIENT_ID_LENGTH)
  if (!clientId.ok) return clientId
  return ok({ method: privateKeyJwt.method, clientId: clientId.value, assertion: assertion.value })
}

/** Whose assertion it says it is, so that the keys can be found (RFC 7523 §3 item 1 and 2). */
export function readClientAssertion({
  assertion,
  clientId,
}: AssertedClient): Result<ReadAssertion, AssertionRefusal> {
  const decoded = decodeJws(assertion, { maxLength: MAX_ASSERTION_LENGTH })
  if (!decoded.ok) return refuse({ code: 'assertion_malformed', reason: decoded.error.code })
  const { header, payload } = decoded.value
  const { typ } = header
  if (typ !== undefined && !TYPS.some((known) => isMediaType(typ, known)))
    return refuse({ code: 'assertion_wrong_typ' })
  const subject = boundedText(payload['sub'], MAX_CLIENT_ID_LENGTH)
  const isOne = payload['iss'] === subject && (clientId === undefined || clientId === subject)
  if (subject === undefined || !isOne) return refuse({ code: 'assertion_of_another' })
  return ok({ clientId: subject, decoded: decoded.value })
}

/** RFC 7523 §3, what is cheap before what is not. */
export async function verifyClientAssertion(
  { clientId, decoded }: ReadAssertion,
  check: AssertionCheck,
  crypto: CryptoEngine,
): Promise<Result<VerifiedAssertion, AssertionRefusal>> {
  const { payload } = decoded
  const audience = soleAudience(payload['aud'])
  if (!check.audiences.some((ours) => ours === audience)) return refuse({ code: 'assertion_wrong_audience' })
  const jti = boundedText(payload['jti'], MAX_JTI_LENGTH)
  if (jti === undefined) return refuse({ code: 'assertion_jti_missing' })
  const end = judgeTime(payload, check)
  if (!end.ok) return end
  const signed = await verifyByAny(decoded, check.keys, crypto)
  if (!signed.ok) return signed
  // The client is part of what is remembered, so that nobody can use up the `jti` of somebody else.
  const replayKey = await crypto.digestBase64url(
    'sha-256',
    JSON.stringify(['client-assertion', clientId, jti]),
  )
  const replayTtlSeconds = Math.ceil(end.value - check.now + check.skewSeconds) + 1
  return ok({ clientId, replayKey, replayTtlSeconds })
}

/** The value is `exp`. */
function judgeTime(
  { exp, iat, nbf }: JsonObject,
  { maxLifetimeSeconds, now, skewSeconds }: AssertionCheck,
): Result<number, AssertionRefusal> {
  const refused = (claim: 'exp' | 'iat' | 'nbf') =>
    refuse({ code: 'assertion_outside_validity', claim } as const)
  const isLive = isMoment(exp) && now < exp + skewSeconds && exp <= now + maxLifetimeSeconds + skewSeconds
  if (!isLive) return refused('exp')
  if (!hasBegun(iat, now, skewSeconds)) return refused('iat')
  return hasBegun(nbf, now, skewSeconds) ? ok(exp) : refused('nbf')
}

/** By the key that it names, or by any of the client's. */
async function verifyByAny(
  decoded: DecodedJws,
  keys: readonly PublicJwk[],
  crypto: Pick<CryptoEngine, 'verify'>,
): Promise<Result<undefined, AssertionRefusal>> {
  const named = keys.filter(({ kid }) => kid !== undefined && kid === decoded.header['kid'])
  let reason = 'signature_invalid'
  for (const key of named.length > 0 ? named : keys) {
    const verified = await verifyJws(decoded, key, ALLOWED_ALGORITHMS.client_assertion, crypto)
    if (verified.ok) return ok(undefined)
    reason = verified.error.code
  }
  return refuse({ code: 'assertion_signature_invalid', reason })
}

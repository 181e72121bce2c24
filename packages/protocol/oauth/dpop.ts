/**
 * DPoP proofs (RFC 9449): made by wallets, checked by the token and the credential endpoint. Checks all that can be
 * known from the proof and the request. Left to the caller: claiming `replayKey` once for `replayTtlSeconds`, judging
 * the `nonce`, and comparing `thumbprint` with the key that the access token is bound to.
 */

import { defined, type JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine, Signer } from '@countersign/crypto/engine'
import { decodeJws, signJws, verifyJws } from '@countersign/crypto/jose/jws'
import { isMediaType } from '@countersign/crypto/jose/media-type'
import { bareKey, type PublicJwk, parsePublicJwk } from '@countersign/crypto/jwk'
import { jwkThumbprint } from '@countersign/crypto/jwk-thumbprint'
import { equalInConstantTime } from './constant-time.ts'
import { PROOF_ALGORITHMS } from './errors.ts'
import { boundedText } from './message-values.ts'
import { checkIssuedAt, type ProofWindow, type WindowFault, windowLengthSeconds } from './proof-age.ts'

export interface DpopProofInput {
  readonly signer: Signer
  /** As on the request line, e.g. `POST`. */
  readonly method: string
  /** URL of the request; query and fragment are left out of the proof. */
  readonly url: string
  /** Present where the proof goes with a token. */
  readonly accessToken?: string | undefined
  /** The nonce that this server gave last. */
  readonly nonce?: string | undefined
  /** Epoch seconds. */
  readonly now: number
  /** Unique, ≥ 96 bit of randomness (RFC 9449 §4.2). */
  readonly jti: string
}

export interface DpopCheckInput extends ProofWindow {
  /** Value of the one `DPoP` header field; two fields joined by a comma are not a proof. */
  readonly proof: string
  readonly method: string
  /** Public URL of the endpoint as wallets know it. */
  readonly url: string
  /** Present at a protected resource: the proof must name this token. */
  readonly accessToken?: string | undefined
}

export interface VerifiedDpopProof {
  /** RFC 7638 SHA-256 thumbprint of the proof's key: `jkt`. */
  readonly thumbprint: string
  readonly jti: string
  /** Equal for two proofs with the same key and `jti`; 43 characters, base64url. */
  readonly replayKey: string
  readonly replayTtlSeconds: number
  readonly nonce: string | undefined
}

export type DpopRefusal =
  | { readonly code: 'dpop_malformed'; readonly reason: string }
  | { readonly code: 'dpop_wrong_typ' }
  | { readonly code: 'dpop_key_unacceptable'; readonly reason: string }
  | { readonly code: 'dpop_jti_missing' }
  | { readonly code: 'dpop_wrong_method' }
  | { readonly code: 'dpop_wrong_url' }
  | { readonly code: 'dpop_wrong_access_token' }
  | { readonly code: 'dpop_nonce_malformed' }
  | { readonly code: 'dpop_signature_invalid'; readonly reason: string }
  | ({ readonly code: 'dpop_outside_window' } & WindowFault)

const MAX_PROOF_LENGTH = 8192
const MAX_JTI_LENGTH = 256
const MAX_NONCE_LENGTH = 512

/** Throws when `url` is not an absolute URL: the wallet is about to call it. */
export async function createDpopProof(
  input: DpopProofInput,
  crypto: Pick<CryptoEngine, 'digestBase64url'>,
): Promise<string> {
  const htu = normalisedTarget(input.url)
  if (htu === undefined) throw new Error('a DPoP proof needs an absolute http or https URL')
  const { accessToken, jti, method, nonce, now, signer } = input
  const ath = accessToken === undefined ? undefined : await crypto.digestBase64url('sha-256', accessToken)
  const header = { typ: 'dpop+jwt', jwk: bareKey(signer.publicJwk) }
  return signJws(header, defined({ jti, htm: method, htu, iat: now, ath, nonce }), signer)
}

/** RFC 9449 §4.3, cheap checks first: the signature is looked at only when all else is right. */
export async function verifyDpopProof(
  input: DpopCheckInput,
  crypto: CryptoEngine,
): Promise<Result<VerifiedDpopProof, DpopRefusal>> {
  const decoded = decodeJws(input.proof, { maxLength: MAX_PROOF_LENGTH })
  if (!decoded.ok) return refuse({ code: 'dpop_malformed', reason: decoded.error.code })
  const { header, payload } = decoded.value
  if (!isMediaType(header['typ'], 'dpop+jwt')) return refuse({ code: 'dpop_wrong_typ' })
  const key = parsePublicJwk(header['jwk'])
  if (!key.ok) return refuse({ code: 'dpop_key_unacceptable', reason: key.error.code })
  const claims = checkClaims(payload, input)
  if (!claims.ok) return claims
  if (!(await namesToken(payload['ath'], input.accessToken, crypto)))
    return refuse({ code: 'dpop_wrong_access_token' })
  const signature = await verifyJws(decoded.value, key.value, PROOF_ALGORITHMS, crypto)
  if (!signature.ok) return refuse({ code: 'dpop_signature_invalid', reason: signature.error.code })
  return ok(await describeProof(claims.value, key.value, input, crypto))
}

/**
 * The target of a request as `htu` compares it (RFC 9449 §4.3 item 9): scheme, host and port normalised, percent
 * encodings in one form, no query and no fragment. Undefined for anything but an absolute http or https URL.
 */
export function normalisedTarget(text: string): string | undefined {
  const url = text.length <= 2048 && /^https?:\/\//i.test(text) ? URL.parse(text) : null
  if (url === null || url.username !== '' || url.password !== '') return undefined
  return url.origin + url.pathname.replace(/%[0-9a-f]{2}/gi, normalisedEscape)
}

interface ProofClaims {
  readonly jti: string
  readonly nonce: string | undefined
}

function checkClaims(payload: JsonObject, input: DpopCheckInput): Result<ProofClaims, DpopRefusal> {
  const jti = boundedText(payload['jti'], MAX_JTI_LENGTH)
  if (jti === undefined) return refuse({ code: 'dpop_jti_missing' })
  if (payload['htm'] !== input.method) return refuse({ code: 'dpop_wrong_method' })
  if (!sameTarget(payload['htu'], input.url)) return refuse({ code: 'dpop_wrong_url' })
  const issuedAt = checkIssuedAt(payload['iat'], input)
  if (!issuedAt.ok) return refuse({ code: 'dpop_outside_window', ...issuedAt.error })
  const nonce = boundedText(payload['nonce'], MAX_NONCE_LENGTH)
  if (nonce === undefined && payload['nonce'] !== undefined) return refuse({ code: 'dpop_nonce_malformed' })
  return ok({ jti, nonce })
}

function sameTarget(htu: unknown, url: string): boolean {
  const claimed = typeof htu === 'string' ? normalisedTarget(htu) : undefined
  return claimed !== undefined && claimed === normalisedTarget(url)
}

/** RFC 3986 §6.2.2: unreserved characters are written plainly, other escapes in capitals. */
function normalisedEscape(encoded: string): string {
  const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16))
  return /[A-Za-z0-9._~-]/.test(character) ? character : encoded.toUpperCase()
}

async function namesToken(
  ath: unknown,
  accessToken: string | undefined,
  crypto: Pick<CryptoEngine, 'digestBase64url'>,
): Promise<boolean> {
  if (accessToken === undefined) return true
  const expected = await crypto.digestBase64url('sha-256', accessToken)
  return typeof ath === 'string' && equalInConstantTime(ath, expected)
}

/** The key is part of what is remembered, so that nobody can use up the `jti` of somebody else. */
async function describeProof(
  claims: ProofClaims,
  key: PublicJwk,
  window: ProofWindow,
  crypto: CryptoEngine,
): Promise<VerifiedDpopProof> {
  const thumbprint = await jwkThumbprint(key, crypto)
  const replayKey = await crypto.digestBase64url('sha-256', `dpop:${thumbprint}:${claims.jti}`)
  return { ...claims, thumbprint, replayKey, replayTtlSeconds: windowLengthSeconds(window) }
}

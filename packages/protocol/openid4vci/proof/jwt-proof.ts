/**
 * Key proofs of type `jwt` (OpenID4VCI 1.0 appendix F.1, F.4): a wallet shows that it holds the key that a credential
 * is to be bound to. Checks all that the proof itself can tell. Left to the caller: whether the `nonce` is one of ours
 * and unspent, whether one is required at all, and whether the proofs of a batch have distinct keys.
 */

import { defined, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Awaitable, CryptoEngine, Signer } from '@countersign/crypto/engine'
import { decodeJws, signJws, verifyJws } from '@countersign/crypto/jose/jws'
import { isMediaType } from '@countersign/crypto/jose/media-type'
import { bareKey, type PublicJwk, parsePublicJwk, sameKey } from '@countersign/crypto/jwk'
import { jwkThumbprint } from '@countersign/crypto/jwk-thumbprint'
import { keyOfDidUrl } from '@countersign/did/did'
import type { DidKeyResolver } from '@countersign/did/did-document'
import { PROOF_ALGORITHMS } from '../../oauth/errors.ts'
import { boundedText } from '../../oauth/message-values.ts'
import { checkIssuedAt, type ProofWindow, type WindowFault } from '../../oauth/proof-age.ts'
import {
  attestedKey,
  attests,
  type KeyAttestation,
  type KeyAttestationRefusal,
  verifyKeyAttestation,
} from './key-attestation.ts'
import type { ProofCheckInput, ProofType, ProvenKey, VerifiedKeyProof } from './proof-type.ts'

export interface KeyProofInput {
  readonly signer: Signer
  /** Credential Issuer Identifier, exactly as the offer has it: the audience. */
  readonly issuer: string
  /** The `c_nonce`; absent where the issuer has no nonce endpoint. */
  readonly nonce?: string | undefined
  /** Epoch seconds. */
  readonly now: number
  /** Left out in anonymous use of the pre-authorized code flow. */
  readonly clientId?: string | undefined
  /** The key itself, or a DID URL that leads to it. */
  readonly keyReference: 'jwk' | { readonly kid: string }
  /** Of the key, and perhaps of others; then `kid` may name it there. */
  readonly keyAttestation?: string | undefined
}

export type JwtProofRefusal =
  | { readonly code: 'proof_malformed'; readonly reason: string }
  | { readonly code: 'proof_wrong_typ' }
  /** The header has none of `kid`, `jwk` and `x5c`, or several. */
  | { readonly code: 'proof_key_ambiguous' }
  | { readonly code: 'proof_key_unsupported'; readonly member: 'x5c' }
  | { readonly code: 'proof_key_unacceptable'; readonly reason: string }
  | { readonly code: 'proof_wrong_audience' }
  | { readonly code: 'proof_nonce_malformed' }
  | { readonly code: 'proof_client_malformed' }
  | { readonly code: 'proof_outside_validity' }
  | { readonly code: 'proof_signature_invalid'; readonly reason: string }
  | ({ readonly code: 'proof_outside_window' } & WindowFault)
  | KeyAttestationRefusal
  | { readonly code: 'key_attestation_missing' }
  | { readonly code: 'proof_key_not_attested' }

export const KEY_PROOF_TYP = 'openid4vci-proof+jwt'

/** With a key attestation in its header. */
const MAX_PROOF_LENGTH = 65_536
const MAX_NONCE_LENGTH = 512
const MAX_KID_LENGTH = 2048
const MAX_CLIENT_ID_LENGTH = 1024

export function createKeyProof(input: KeyProofInput): Promise<string> {
  const { clientId, issuer, keyAttestation, keyReference, nonce, now, signer } = input
  const reference: JsonObject =
    keyReference === 'jwk' ? { jwk: bareKey(signer.publicJwk) } : { kid: keyReference.kid }
  const claims = defined({ iss: clientId, aud: issuer, iat: now, nonce })
  const header = defined({ typ: KEY_PROOF_TYP, ...reference, key_attestation: keyAttestation })
  return signJws(header, claims, signer)
}

export const jwtProof: ProofType<'jwt', JwtProofRefusal> = {
  type: 'jwt',
  maxLength: MAX_PROOF_LENGTH,
  isAlone: false,
  needsAttesters: false,
  verify: async (jwt, input, crypto) => {
    const proof = await verifyKeyProof(jwt, input, crypto)
    if (!proof.ok) return proof
    const { attestation, ...proven } = proof.value
    if (attestation === undefined) return ok({ keys: [proven], nonce: proven.nonce })
    const others = attestation.keys.filter((key) => !sameKey(key, proven.holderKey))
    const attested = await Promise.all(others.map((key) => attestedHolder(key, crypto)))
    return ok({ keys: [proven, ...attested], nonce: proven.nonce, attestationNonces: [attestation.nonce] })
  },
}

/** Checks a proof as appendix F.4 asks, what is cheap before what is not. */
export async function verifyKeyProof(
  jwt: string,
  input: ProofCheckInput,
  crypto: CryptoEngine,
): Promise<Result<VerifiedKeyProof, JwtProofRefusal>> {
  const decoded = decodeJws(jwt, { maxLength: MAX_PROOF_LENGTH })
  if (!decoded.ok) return refuse({ code: 'proof_malformed', reason: decoded.error.code })
  const { header, payload } = decoded.value
  if (!isMediaType(header['typ'], KEY_PROOF_TYP)) return refuse({ code: 'proof_wrong_typ' })
  if (!namesOneKey(header)) return refuse({ code: 'proof_key_ambiguous' })
  const claims = checkClaims(payload, input)
  if (!claims.ok) return claims
  const attested = await readAttestation(header['key_attestation'], input, crypto)
  if (!attested.ok) return attested
  const attestation = attested.value
  // Last of all, since somebody may have to be asked for the key.
  const named = await findKey(header, input, attestation)
  if (!named.ok) return named
  if (attestation !== undefined && !attests(attestation, named.value.key))
    return refuse({ code: 'proof_key_not_attested' })
  const allowed = input.algorithms ?? PROOF_ALGORITHMS
  const signature = await verifyJws(decoded.value, named.value.key, allowed, crypto)
  if (!signature.ok) return refuse({ code: 'proof_signature_invalid', reason: signature.error.code })
  const { did, key } = named.value
  const thumbprint = await jwkThumbprint(key, crypto)
  return ok({
    holderKey: bareKey(key),
    thumbprint,
    ...claims.value,
    holderDid: did,
    ...(attestation && { attestation }),
  })
}

/** D.1: of a key that is attested beside the one that signed. */
async function attestedHolder(key: PublicJwk, crypto: CryptoEngine): Promise<ProvenKey> {
  return { holderKey: bareKey(key), thumbprint: await jwkThumbprint(key, crypto) }
}

/** Undefined where there is none and none is needed. */
async function readAttestation(
  value: JsonValue | undefined,
  { attestation, now, skewSeconds }: ProofCheckInput,
  crypto: CryptoEngine,
): Promise<Result<KeyAttestation | undefined, JwtProofRefusal>> {
  if (attestation === undefined) return ok(undefined)
  if (value === undefined)
    return attestation.demand === undefined ? ok(undefined) : refuse({ code: 'key_attestation_missing' })
  if (typeof value !== 'string') return refuse({ code: 'key_attestation_malformed', reason: 'jws_malformed' })
  return verifyKeyAttestation(value, { ...attestation, mustExpire: true, now, skewSeconds }, crypto)
}

interface NamedKey {
  readonly key: PublicJwk
  readonly did?: string | undefined
}

/** F.1: `kid`, `jwk` and `x5c` exclude each other. Other header members are ignored. */
function namesOneKey({ jwk, kid, x5c }: JsonObject): boolean {
  return [jwk, kid, x5c].filter((reference) => reference !== undefined).length === 1
}

function findKey(
  { jwk, kid, x5c }: JsonObject,
  { didKeys = keyOfDidUrl }: ProofCheckInput,
  attestation: KeyAttestation | undefined,
): Awaitable<Result<NamedKey, JwtProofRefusal>> {
  if (x5c !== undefined) return refuse({ code: 'proof_key_unsupported', member: 'x5c' })
  // F.1: a credential that is to name a DID is asked for by a DID URL, whatever the attestation calls the key.
  const isDid = typeof kid === 'string' && kid.startsWith('did:')
  const attested =
    typeof kid === 'string' && !isDid && attestation ? attestedKey(attestation, kid) : undefined
  if (attested !== undefined) return ok({ key: attested })
  return jwk === undefined ? keyOfKid(kid, didKeys) : keyOfJwk(jwk)
}

function keyOfJwk(jwk: unknown): Result<NamedKey, JwtProofRefusal> {
  const key = parsePublicJwk(jwk)
  return key.ok ? ok({ key: key.value }) : refuse({ code: 'proof_key_unacceptable', reason: key.error.code })
}

async function keyOfKid(kid: unknown, didKeys: DidKeyResolver): Promise<Result<NamedKey, JwtProofRefusal>> {
  const didUrl = boundedText(kid, MAX_KID_LENGTH)
  if (didUrl === undefined) return refuse({ code: 'proof_key_unacceptable', reason: 'kid_malformed' })
  const key = await didKeys(didUrl, 'authentication')
  if (!key.ok) return refuse({ code: 'proof_key_unacceptable', reason: key.error.code })
  const [did] = didUrl.split('#', 1)
  return ok({ key: key.value, did })
}

type ProofClaims = Pick<VerifiedKeyProof, 'nonce' | 'clientId'>

function checkClaims(payload: JsonObject, input: ProofCheckInput): Result<ProofClaims, JwtProofRefusal> {
  if (!isAudience(payload['aud'], input.issuer)) return refuse({ code: 'proof_wrong_audience' })
  const issuedAt = checkIssuedAt(payload['iat'], input)
  if (!issuedAt.ok) return refuse({ code: 'proof_outside_window', ...issuedAt.error })
  if (!isValidNow(payload, input)) return refuse({ code: 'proof_outside_validity' })
  const nonce = boundedText(payload['nonce'], MAX_NONCE_LENGTH)
  if (nonce === undefined && payload['nonce'] !== undefined) return refuse({ code: 'proof_nonce_malformed' })
  const clientId = boundedText(payload['iss'], MAX_CLIENT_ID_LENGTH)
  if (clientId === undefined && payload['iss'] !== undefined)
    return refuse({ code: 'proof_client_malformed' })
  return ok({ nonce, clientId })
}

/** RFC 7519 §4.1.3: one audience may be written as a list of one; a list of several is meant for others as well. */
function isAudience(aud: unknown, issuer: string): boolean {
  return Array.isArray(aud) ? aud.length === 1 && aud[0] === issuer : aud === issuer
}

/** F.1 asks for neither `exp` nor `nbf`, but where they are they hold (RFC 7519 §4.1.4, §4.1.5). */
function isValidNow(payload: JsonObject, { now, skewSeconds }: ProofWindow): boolean {
  const { exp = now + 1, nbf = now } = payload
  if (typeof exp !== 'number' || typeof nbf !== 'number') return false
  return now - skewSeconds < exp && now + skewSeconds >= nbf
}

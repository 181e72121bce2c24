/**
 * Key attestations (OpenID4VCI 1.0 appendix D): somebody who knows how a wallet keeps its keys - its provider, or the key
 * storage itself - says so of some public keys. Checks all that the attestation itself can tell; who is believed is asked
 * through a port, and whether the `nonce` is one of ours is left to the caller. Status of an attestation is not asked for.
 */
import { defined, isJsonArray, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import type { CryptoEngine, Signer } from '@countersign/crypto/engine'
import { decodeJws, signJws } from '@countersign/crypto/jose/jws'
import { isMediaType } from '@countersign/crypto/jose/media-type'
import { algorithmOf, type PublicJwk, parsePublicJwk, sameKey } from '@countersign/crypto/jwk'
import { type AttesterKeys, verifyAttester } from '../../oauth/attester.ts'
import { boundedText, boundedTexts } from '../../oauth/message-values.ts'

export const KEY_ATTESTATION_TYP = 'key-attestation+jwt'

/** What an issuer accepts, of each kind one of; nothing is asked of a kind that is absent (§12.2.4). */
export interface KeyAttestationDemand {
  readonly keyStorage?: readonly string[] | undefined
  readonly userAuthentication?: readonly string[] | undefined
}

export interface KeyAttestation {
  /** At least one, each once, with the `kid` that it was given. */
  readonly keys: readonly PublicJwk[]
  readonly nonce: string | undefined
}

export type KeyAttestationRefusal =
  | { readonly code: 'key_attestation_malformed'; readonly reason: string }
  | { readonly code: 'key_attestation_wrong_typ' }
  | {
      readonly code: 'key_attestation_time'
      readonly reason: 'iat_missing' | 'from_future' | 'exp_missing' | 'expired'
    }
  | { readonly code: 'key_attestation_keys'; readonly reason: string }
  | { readonly code: 'key_attestation_nonce_malformed' }
  /** `accepted`: what the issuer takes of the levels that the member tells; none: the member itself is no list of texts. */
  | {
      readonly code: 'key_attestation_level'
      readonly member: 'key_storage' | 'user_authentication'
      readonly accepted?: readonly string[] | undefined
    }
  | { readonly code: 'key_attestation_untrusted'; readonly reason: string }
  | { readonly code: 'key_attestation_signature_invalid'; readonly reason: string }

/** A hundred keys and a chain of certificates. */
export const MAX_ATTESTATION_LENGTH = 49_152

const MAX_KEYS = 200
const LEVELS = { maxItems: 20, maxLength: 500 }
const MAX_NONCE_LENGTH = 512

/** `now` and `expiresAt` in epoch seconds. The signer's certificates come along, or else its key id. */
export function createKeyAttestation(input: {
  readonly signer: Signer
  readonly keys: readonly PublicJwk[]
  readonly now: number
  /** Needed where it goes into the header of a `jwt` proof. */
  readonly expiresAt?: number | undefined
  readonly nonce?: string | undefined
  readonly keyStorage?: readonly string[] | undefined
  readonly userAuthentication?: readonly string[] | undefined
}): Promise<string> {
  const { expiresAt, keys, keyStorage, nonce, now, signer, userAuthentication } = input
  const reference: JsonObject = signer.x5c === undefined ? { kid: signer.keyId } : { x5c: [...signer.x5c] }
  const claims = defined({
    iat: now,
    exp: expiresAt,
    nonce,
    key_storage: keyStorage && [...keyStorage],
    user_authentication: userAuthentication && [...userAuthentication],
    attested_keys: keys.map((key): JsonObject => ({ ...key })),
  })
  return signJws({ typ: KEY_ATTESTATION_TYP, ...reference }, claims, signer)
}

export interface AttestationCheck {
  readonly attesters: AttesterKeys
  readonly demand?: KeyAttestationDemand | undefined
  /** D.1: `exp` has to be there in the header of a `jwt` proof. */
  readonly mustExpire: boolean
  /** Epoch seconds. */
  readonly now: number
  readonly skewSeconds: number
}

/** What is cheap before what is not. How old it may be its nonce says, which is good for minutes. */
export async function verifyKeyAttestation(
  jwt: string,
  check: AttestationCheck,
  crypto: Pick<CryptoEngine, 'verify'>,
): Promise<Result<KeyAttestation, KeyAttestationRefusal>> {
  const decoded = decodeJws(jwt, { maxLength: MAX_ATTESTATION_LENGTH })
  if (!decoded.ok) return refuse({ code: 'key_attestation_malformed', reason: decoded.error.code })
  const { header, payload } = decoded.value
  if (!isMediaType(header['typ'], KEY_ATTESTATION_TYP)) return refuse({ code: 'key_attestation_wrong_typ' })
  const fault = findTimeFault(payload, check) ?? findLevelFault(payload, check.demand ?? {})
  if (fault !== undefined) return refuse(fault)
  const nonce = boundedText(payload['nonce'], MAX_NONCE_LENGTH)
  if (nonce === undefined && payload['nonce'] !== undefined)
    return refuse({ code: 'key_attestation_nonce_malformed' })
  const keys = readKeys(payload['attested_keys'])
  if (!keys.ok) return keys
  const signed = await verifyAttester(decoded.value, check.now, check.attesters, crypto)
  if (!signed.ok) return refuse({ code: ATTESTER_FAULTS[signed.error.code], reason: signed.error.reason })
  return ok({ keys: keys.value, nonce })
}

/** F.1: the attested key that a `kid` names, by the key's own or by its place in the list. */
export function attestedKey({ keys }: KeyAttestation, kid: string): PublicJwk | undefined {
  const named = keys.find((key) => key.kid === kid)
  return named ?? (/^(0|[1-9]\d{0,2})$/.test(kid) ? keys[Number(kid)] : undefined)
}

export function attests({ keys }: KeyAttestation, key: PublicJwk): boolean {
  return keys.some((one) => sameKey(one, key))
}

function findTimeFault(
  { exp, iat }: JsonObject,
  { mustExpire, now, skewSeconds }: AttestationCheck,
): KeyAttestationRefusal | undefined {
  const code = 'key_attestation_time'
  if (typeof iat !== 'number') return { code, reason: 'iat_missing' }
  if (iat > now + skewSeconds) return { code, reason: 'from_future' }
  if (exp === undefined) return mustExpire ? { code, reason: 'exp_missing' } : undefined
  if (typeof exp !== 'number') return { code, reason: 'exp_missing' }
  return exp <= now - skewSeconds ? { code, reason: 'expired' } : undefined
}

/** Of what the issuer accepts one level is enough; a level that nobody asks for is read all the same. */
function findLevelFault(
  payload: JsonObject,
  { keyStorage, userAuthentication }: KeyAttestationDemand,
): KeyAttestationRefusal | undefined {
  const demands = [
    ['key_storage', keyStorage],
    ['user_authentication', userAuthentication],
  ] as const
  for (const [member, accepted] of demands) {
    const told = payload[member]
    const levels = told === undefined ? [] : boundedTexts(told, LEVELS)
    if (levels === undefined) return { code: 'key_attestation_level', member }
    if (accepted !== undefined && !accepted.some((level) => levels.includes(level)))
      return { code: 'key_attestation_level', member, accepted }
  }
  return undefined
}

function readKeys(value: JsonValue | undefined): Result<readonly PublicJwk[], KeyAttestationRefusal> {
  if (value === undefined || !isJsonArray(value) || value.length === 0)
    return refuse({ code: 'key_attestation_keys', reason: 'missing' })
  if (value.length > MAX_KEYS) return refuse({ code: 'key_attestation_keys', reason: 'too_many' })
  const keys: PublicJwk[] = []
  for (const entry of value) {
    const key = parsePublicJwk(entry)
    if (!key.ok) return refuse({ code: 'key_attestation_keys', reason: key.error.code })
    // A holder has to be able to show what is bound to the key.
    if (!ALLOWED_ALGORITHMS.key_binding.includes(algorithmOf(key.value)))
      return refuse({ code: 'key_attestation_keys', reason: 'jwk_unsupported' })
    if (keys.some((one) => sameKey(one, key.value)))
      return refuse({ code: 'key_attestation_keys', reason: 'repeated' })
    keys.push(key.value)
  }
  return ok(keys)
}

const ATTESTER_FAULTS = {
  attester_untrusted: 'key_attestation_untrusted',
  attestation_signature_invalid: 'key_attestation_signature_invalid',
} as const

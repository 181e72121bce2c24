/**
 * The key-binding JWT (RFC 9901 §4.3): the holder's signature over exactly the text that is sent, for one verifier and
 * one nonce. Whether one is needed is the verifier's word alone (§7.3), so that is decided by the caller; which key is
 * the holder's is the credential's word.
 */

import { ok, type Result } from '@countersign/core/result'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import type { CryptoEngine, HashAlgorithm } from '@countersign/crypto/engine'
import { type DecodedJws, signJws, verifyJws } from '@countersign/crypto/jose/jws'
import { isMediaType } from '@countersign/crypto/jose/media-type'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { FormatRefusal, PresentInput, VerifyInput } from '../contract/format.ts'
import type { SdJwt } from './read.ts'
import { KEY_BINDING_TYP } from './reserved-names.ts'
import { writeTransactionHashes } from './transaction-data.ts'

/** Makes an SD-JWT+KB of an SD-JWT, whose text ends with `~`. `keyId`: where the credential does not say which key is meant. */
export async function bindToRequest(
  text: string,
  hashAlgorithm: HashAlgorithm,
  binding: NonNullable<PresentInput['binding']>,
  crypto: CryptoEngine,
  keyId?: string,
): Promise<Result<string, FormatRefusal>> {
  const { audience, issuedAt, nonce, signer, transactionData = [] } = binding
  const confirmed = await writeTransactionHashes(transactionData, crypto)
  if (!confirmed.ok) return confirmed
  const sdHash = await crypto.digestBase64url(hashAlgorithm, text)
  const payload = { iat: issuedAt, aud: audience, nonce, sd_hash: sdHash, ...confirmed.value }
  const header = { typ: KEY_BINDING_TYP, ...(keyId !== undefined && { kid: keyId }) }
  return ok(text + (await signJws(header, payload, signer)))
}

/** §7.3 step 5: why the proof does not bind this text to this request; the cheap refusals come first. */
export async function findBindingFault(
  { boundText, hashAlgorithm }: Pick<SdJwt, 'boundText' | 'hashAlgorithm'>,
  keyBinding: DecodedJws,
  holderKey: PublicJwk,
  expected: NonNullable<VerifyInput['binding']>,
  window: Pick<VerifyInput, 'now' | 'skewSeconds' | 'bindingWindowSeconds'>,
  crypto: CryptoEngine,
): Promise<string | undefined> {
  const { payload } = keyBinding
  const fault = findClaimsFault(keyBinding, expected, window)
  if (fault !== undefined) return fault
  // §4.3.1: over the text as received, under the credential's own hash algorithm.
  const sdHash = await crypto.digestBase64url(hashAlgorithm, boundText)
  if (payload.sd_hash !== sdHash) return 'sd_hash_wrong'
  const verified = await verifyJws(keyBinding, holderKey, ALLOWED_ALGORITHMS.key_binding, crypto)
  return verified.ok ? undefined : verified.error.code
}

function findClaimsFault(
  { header, payload }: DecodedJws,
  expected: NonNullable<VerifyInput['binding']>,
  {
    now,
    skewSeconds,
    bindingWindowSeconds,
  }: Pick<VerifyInput, 'now' | 'skewSeconds' | 'bindingWindowSeconds'>,
): string | undefined {
  if (!isMediaType(header.typ, KEY_BINDING_TYP)) return 'kb_typ_wrong'
  // A single string: an array would let one proof serve two verifiers.
  if (payload.aud !== expected.audience) return 'aud_wrong'
  if (payload.nonce !== expected.nonce) return 'nonce_wrong'
  const { iat, exp, nbf } = payload
  if (typeof iat !== 'number' || !Number.isFinite(iat)) return 'kb_iat_malformed'
  if (iat < now - bindingWindowSeconds) return 'kb_too_old'
  if (iat > now + bindingWindowSeconds) return 'kb_from_future'
  // Nobody needs these here, but a proof that says of itself that it is over, is (RFC 7519 §4.1.4-5).
  if (exp !== undefined && !(typeof exp === 'number' && now - skewSeconds < exp)) return 'kb_expired'
  return nbf === undefined || (typeof nbf === 'number' && now + skewSeconds >= nbf)
    ? undefined
    : 'kb_from_future'
}

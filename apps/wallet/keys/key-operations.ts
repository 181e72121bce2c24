/**
 * What its owner does with a key beside holding credentials: takes it along, signs something, checks a signature. What is
 * signed here has no type of its own in its header, so it passes for none of the proofs that protocols know by theirs.
 */
import { createPrivateKey } from 'node:crypto'
import { type JsonObject, type JsonRefusal, parseJson } from '@countersign/core/json'
import { ok, type Result } from '@countersign/core/result'
import { decodeJws, SIGNATURE_ALGORITHMS, signJws, verifyJws } from '@countersign/crypto/jose/jws'
import { bareKey, type JwkRefusal, parsePublicJwk } from '@countersign/crypto/jwk'
import { importPublicKey } from '@countersign/keys/engines/imported-keys'
import type { PrivateJwk } from '@countersign/keys/signers/software-key'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { type KeyUnknown, openKey, openPrivateKey } from './keys.ts'

export interface ExportKey {
  readonly format: 'JWK' | 'PEM'
  /** Where this is false, only the public key is exported. */
  readonly withPrivate: boolean
}

/** Text: a JWK as JSON, or PKCS#8 (private) and SubjectPublicKeyInfo (public) in PEM. */
export async function exportKey(
  wallet: Wallet,
  owned: OwnedWallet,
  keyId: string,
  { format, withPrivate }: ExportKey,
): Promise<Result<string, KeyUnknown>> {
  const key = await openPrivateKey(wallet, owned, keyId)
  if (!key.ok) return key
  if (format === 'PEM') return ok(withPrivate ? privatePem(key.value) : publicPem(key.value))
  return ok(JSON.stringify({ kid: keyId, ...(withPrivate ? key.value : bareKey(key.value)) }))
}

/** Makes a compact JWS over the object. */
export async function signWithKey(
  wallet: Wallet,
  owned: OwnedWallet,
  keyId: string,
  payload: JsonObject,
): Promise<Result<string, KeyUnknown>> {
  const signer = await openKey(wallet, owned, keyId)
  return signer.ok ? ok(await signJws({ kid: keyId }, payload, signer.value)) : signer
}

/** Why a text is no public key as JSON. */
export type PublicKeyRefusal = JsonRefusal | JwkRefusal

/** Whether the key, as JSON, signed the JWS. Nothing is said of what it signed. */
export async function verifySigned(
  { crypto }: Wallet,
  { jwk, jws }: { readonly jwk: string; readonly jws: string },
): Promise<Result<boolean, PublicKeyRefusal>> {
  const json = parseJson(jwk, { maxDepth: 4 })
  if (!json.ok) return json
  const key = parsePublicJwk(json.value)
  if (!key.ok) return key
  const decoded = decodeJws(jws.trim())
  if (!decoded.ok) return ok(false)
  return ok((await verifyJws(decoded.value, key.value, SIGNATURE_ALGORITHMS, crypto)).ok)
}

function privatePem(key: PrivateJwk): string {
  const pem = createPrivateKey({ key: { ...key }, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' })
  return String(pem)
}

function publicPem(key: PrivateJwk): string {
  const imported = importPublicKey(bareKey(key))
  if (imported === undefined) throw new Error('a kept key cannot be read')
  return String(imported.export({ type: 'spki', format: 'pem' }))
}

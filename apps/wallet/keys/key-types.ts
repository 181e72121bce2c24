/**
 * Key types by the names that the API has for them, and which of them a holder may use: a key proves possession where
 * issuers take it for key proofs and verifiers for presentations. The others are kept, shown and sign on request.
 */
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import { algorithmOf } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import {
  type PrivateJwk,
  SOFTWARE_KEY_TYPES,
  type SoftwareKeyType,
} from '@countersign/keys/signers/software-key'

export type KeyType = SoftwareKeyType

export const KEY_TYPES = Object.keys(SOFTWARE_KEY_TYPES) as [KeyType, ...KeyType[]]

/** The first is the one that is preferred. */
export const HOLDER_ALGORITHMS: readonly SignatureAlgorithm[] = ALLOWED_ALGORITHMS.key_proof.filter(
  (algorithm) => ALLOWED_ALGORITHMS.key_binding.includes(algorithm),
)

export function provesPossession(algorithm: SignatureAlgorithm): boolean {
  return HOLDER_ALGORITHMS.includes(algorithm)
}

/** What a key of this type signs with unless its JWK says otherwise. */
export function algorithmOfType(keyType: KeyType): SignatureAlgorithm {
  return SOFTWARE_KEY_TYPES[keyType]
}

/** Of an imported key: RSA by the length of its modulus, everything else by its curve. */
export function keyTypeOf(key: PrivateJwk): KeyType {
  if (key.kty === 'RSA') return rsaTypeOf(key.n)
  const algorithm = algorithmOf(key)
  const found = KEY_TYPES.find((keyType) => SOFTWARE_KEY_TYPES[keyType] === algorithm)
  if (found === undefined) throw new Error(`no key type signs with ${algorithm}`)
  return found
}

function rsaTypeOf(n: string): KeyType {
  const bits = Buffer.from(n, 'base64url').length * 8
  return bits >= 4096 ? 'RSA4096' : bits >= 3072 ? 'RSA3072' : 'RSA'
}

/**
 * Encrypted messages (JWE, RFC 7516) as the protocols of credentials use them: to one key, agreed on directly (ECDH-ES on P-256,
 * RFC 7518 §4.6), content under AES-GCM. A port: what encrypts and decrypts is the platform's. There is no other algorithm, so none
 * can be asked for in a header.
 */
import type { Result } from '@countersign/core/result'
import type { Awaitable, KeyAgreement } from './engine.ts'

/** `enc`, the one that is preferred last (HAIP 1.0 §5). */
export const CONTENT_ENCRYPTIONS = ['A128GCM', 'A256GCM'] as const
export type ContentEncryption = (typeof CONTENT_ENCRYPTIONS)[number]

export const KEY_AGREEMENT = 'ECDH-ES'

/** A public key that somebody wants to be written to. */
export interface EncryptionKey {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
}

export interface DecryptionKey extends EncryptionKey {
  readonly d: string
}

/** `keyId`: under which it was published; compared where a message names one. */
export interface KeptDecryptionKey {
  readonly key: DecryptionKey
  readonly keyId: string
}

export interface Recipient {
  readonly key: EncryptionKey
  /** `kid` of the key, copied into the header where it has one. */
  readonly keyId?: string | undefined
  readonly content: ContentEncryption
  /** `cty`: what the plaintext is; absent: whoever reads it knows. */
  readonly contentType?: string | undefined
  /** Whether the plaintext is packed before it is encrypted (`zip`, RFC 7516 §4.1.3); not when absent. */
  readonly packed?: boolean | undefined
}

/** The only way of packing there is (RFC 7518 §7.3). */
export const PACKING = 'DEF'

export interface DecryptOptions {
  /** How large the plaintext of a packed message may become; absent: no packed message is read. */
  readonly maxUnpackedBytes?: number | undefined
  /** The one content encryption that was agreed on; absent: any that there is. */
  readonly content?: ContentEncryption | undefined
}

export type JweRefusal =
  | { readonly code: 'jwe_malformed' }
  /** Another `alg`, `enc` or an extension of the header. */
  | { readonly code: 'jwe_algorithm_unsupported' }
  | { readonly code: 'jwe_key_unknown' }
  /** Altered, or for another key, or too large when it is unpacked. */
  | { readonly code: 'jwe_undecryptable' }

export interface JweEngine {
  /** A fresh key on P-256. */
  makeKey(): Awaitable<DecryptionKey>
  /** Compact serialization (RFC 7516 §7.1). Throws for a key that is no point of its curve. */
  encrypt(plaintext: string, recipient: Recipient): Awaitable<string>
  /** The plaintext as text; never throws. The caller limits the length of `jwe`. */
  decrypt(
    jwe: string,
    keys: readonly KeptDecryptionKey[],
    options?: DecryptOptions,
  ): Awaitable<Result<string, JweRefusal>>
  /** By such a key, for proofs that are made for whoever has it. */
  agreement(key: DecryptionKey): KeyAgreement
}

/**
 * Hybrid public-key encryption (RFC 9180) as ISO/IEC TS 18013-7 annex C uses it: one message to one key, base mode, DHKEM(P-256,
 * HKDF-SHA256), HKDF-SHA256, AES-128-GCM, without additional data. A port: what encrypts and decrypts is the platform's. There is no
 * other suite, so none can be asked for.
 */
import type { Result } from '@countersign/core/result'
import type { Awaitable } from './engine.ts'
import type { DecryptionKey, EncryptionKey } from './jwe-engine.ts'

export interface HpkeMessage {
  /** The sender's ephemeral key as an uncompressed point. */
  readonly enc: Uint8Array
  readonly cipherText: Uint8Array
}

/** Altered, for another key, or under other `info`. */
export interface HpkeRefusal {
  readonly code: 'hpke_undecryptable'
}

export interface HpkeEngine {
  /** `info`: what both ends know, without which a message is none. Throws for a key that is no point of its curve. */
  seal(plaintext: Uint8Array, key: EncryptionKey, info: Uint8Array): Awaitable<HpkeMessage>
  /** Never throws. The caller limits the length of the message. */
  open(message: HpkeMessage, key: DecryptionKey, info: Uint8Array): Awaitable<Result<Uint8Array, HpkeRefusal>>
}

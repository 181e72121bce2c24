/**
 * What the deployment secret is for: sealing values before they leave the process, and keyed hashes that every
 * instance can recompute. Each purpose has keys of its own (HKDF-SHA-256, RFC 5869), so a value sealed for one purpose
 * opens for no other. A sealed value is bound to its context, the place it is kept at: moved elsewhere, cut or
 * changed, it does not open. Knows nothing of where the secret comes from (`deployment.ts`).
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { KEPT } from '@countersign/core/size-limits'
import type { Mac } from '@countersign/crypto/engine'
import { freshRandomBytes } from '../engines/random-bytes.ts'

/** Fits the `Sealer` port of the stores. */
export interface ContextSealer {
  /** Throws for what is larger than anything that is kept (core/size-limits). */
  seal(plaintext: string, context: string): string
  /** `undefined` for everything that this sealer did not seal for this context. */
  open(sealed: string, context: string): string | undefined
}

export interface Sealing {
  sealer(purpose: string): ContextSealer
  mac(purpose: string): Mac
  /** Tells two secrets apart and says nothing else about them: 128 bits, base64url. */
  readonly fingerprint: string
}

/** For one of several who share the secret: nothing that another sealed opens for him, and none of his hashes is another's. */
export function sealingOf({ fingerprint, mac, sealer }: Sealing, owner: string): Sealing {
  // No purpose has a slash, and no owner.
  if (owner.includes('/')) throw new Error('an owner has no slash in his name')
  return {
    sealer: (purpose) => sealer(`${owner}/${purpose}`),
    mac: (purpose) => mac(`${owner}/${purpose}`),
    fingerprint,
  }
}

/** Fewer bytes could be searched: HKDF does not stretch a password. */
export const MINIMUM_SECRET_BYTES = 32

/** Throws when the secret is shorter than `minimumSecretBytes`. */
export function openSealing(deploymentSecret: Uint8Array): Sealing {
  if (deploymentSecret.length < MINIMUM_SECRET_BYTES) throw new Error('deployment secret too short')
  const root = createSecretKey(deploymentSecret)
  return {
    sealer: (purpose) => contextSealer(derive(root, `seal ${purpose}`, 32)),
    mac: (purpose) => keyedHash(derive(root, `mac ${purpose}`, 32)),
    fingerprint: Buffer.from(derive(root, 'fingerprint', 16)).toString('base64url'),
  }
}

function derive(root: KeyObject, use: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', root, '', `countersign v1 ${use}`, length))
}

function keyedHash(rawKey: Uint8Array): (text: string) => string {
  const key = createSecretKey(rawKey)
  return (text) => createHmac('sha256', key).update(text, 'utf8').digest('base64url')
}

const CIPHER_NAME = 'aes-256-gcm'
const NONCE_LENGTH = 12
const TAG_LENGTH = 16
const VERSION = 'v1.'

/**
 * AES-256-GCM under a random 96-bit nonce, with a key of its own for each context: under one key for everything,
 * 2^32 values would be the limit (NIST SP 800-38D §8.3), which a busy deployment reaches within months.
 */
function contextSealer(purposeKey: Uint8Array): ContextSealer {
  const contextKey = contextKeys(createSecretKey(purposeKey))
  return {
    seal(plaintext, context) {
      const nonce = freshRandomBytes(NONCE_LENGTH)
      const cipher = createCipheriv(CIPHER_NAME, contextKey(context), nonce, { authTagLength: TAG_LENGTH })
      cipher.setAAD(Buffer.from(context))
      const parts = [nonce, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]
      const sealed = VERSION + Buffer.concat(parts).toString('base64url')
      // What would never be opened again must not be kept.
      if (sealed.length > KEPT.sealed) throw new RangeError(`a sealed value of ${sealed.length} characters`)
      return sealed
    },
    open(sealed, context) {
      const bytes = sealedBytes(sealed)
      return bytes && decrypt(bytes, contextKey(context), context)
    },
  }
}

const CONTEXT_KEYS_KEPT = 512

/** A session is opened and sealed several times within seconds: its key is derived once, and kept for a while. */
function contextKeys(root: KeyObject): (context: string) => KeyObject {
  const kept = new Map<string, KeyObject>()
  return (context) => {
    const known = kept.get(context)
    if (known) return known
    // As a key object: Node 24 takes twice as long for a whole sealing when the cipher gets raw bytes.
    const key = createSecretKey(createHmac('sha256', root).update(context, 'utf8').digest())
    const [oldest] = kept.keys()
    if (kept.size >= CONTEXT_KEYS_KEPT && oldest !== undefined) kept.delete(oldest)
    kept.set(context, key)
    return key
  }
}

/** Only the canonical text counts, so that a value has one spelling. */
function sealedBytes(sealed: string): Buffer | undefined {
  if (!sealed.startsWith(VERSION) || sealed.length > KEPT.sealed) return undefined
  const text = sealed.slice(VERSION.length)
  const bytes = Buffer.from(text, 'base64url')
  return bytes.length >= NONCE_LENGTH + TAG_LENGTH && bytes.toString('base64url') === text ? bytes : undefined
}

function decrypt(bytes: Buffer, key: KeyObject, context: string): string | undefined {
  const nonce = bytes.subarray(0, NONCE_LENGTH)
  const tagAt = bytes.length - TAG_LENGTH
  const decipher = createDecipheriv(CIPHER_NAME, key, nonce, { authTagLength: TAG_LENGTH })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(bytes.subarray(tagAt))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_LENGTH, tagAt)), decipher.final()]).toString(
      'utf8',
    )
  } catch {
    return undefined
  }
}

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

/** What is kept for years, in columns of text. */
export interface ContextSealer {
  /** Throws for what is larger than anything that is kept (core/size-limits). */
  seal(plaintext: string, context: string): string
  /** `undefined` for everything that this sealer did not seal for this context. */
  open(sealed: string, context: string): string | undefined
}

/** What is kept for hours or days, and opened and sealed at every step. Fits the `Sealer` port of the stores. */
export interface ByteSealer {
  /** Throws for what is larger than anything that is kept (core/size-limits). */
  seal(plaintext: string, context: string): Uint8Array
  /** `undefined` for everything that this sealer did not seal for this context. */
  open(sealed: Uint8Array, context: string): string | undefined
}

export interface Sealing {
  sealer(purpose: string): ContextSealer
  /** `now`: epoch seconds. */
  byteSealer(purpose: string, now: () => number): ByteSealer
  mac(purpose: string): Mac
  /** Tells two secrets apart and says nothing else about them: 128 bits, base64url. */
  readonly fingerprint: string
}

/** For one of several who share the secret: nothing that another sealed opens for him, and none of his hashes is another's. */
export function sealingOf({ byteSealer, fingerprint, mac, sealer }: Sealing, owner: string): Sealing {
  // No purpose has a slash, and no owner.
  if (owner.includes('/')) throw new Error('an owner has no slash in his name')
  return {
    sealer: (purpose) => sealer(`${owner}/${purpose}`),
    byteSealer: (purpose, now) => byteSealer(`${owner}/${purpose}`, now),
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
    byteSealer: (purpose, now) =>
      daySealer(
        derive(root, `seal by day ${purpose}`, 32),
        now,
        contextSealer(derive(root, `seal ${purpose}`, 32)),
      ),
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
      const bytes = encrypt(NO_BYTES, plaintext, contextKey(context), context)
      const sealed = VERSION + bytes.toString('base64url')
      // What would never be opened again must not be kept.
      if (sealed.length > KEPT.sealed) throw new RangeError(`a sealed value of ${sealed.length} characters`)
      return sealed
    },
    open(sealed, context) {
      const bytes = sealedBytes(sealed)
      return bytes && decrypt(bytes, 0, contextKey(context), context)
    },
  }
}

const CONTEXT_KEYS_KEPT = 512
const DAYS_KEPT = 64

/** A place is opened and sealed several times within seconds: its key is derived once, and kept for a while. */
function contextKeys(root: KeyObject): (context: string) => KeyObject {
  return lately(CONTEXT_KEYS_KEPT, (context) =>
    // As a key object: Node 24 takes twice as long for a whole sealing when the cipher gets raw bytes.
    createSecretKey(createHmac('sha256', root).update(context, 'utf8').digest()),
  )
}

/** Remembers what it made for the last `most` that it was asked for. */
function lately<Key, Value>(most: number, make: (key: Key) => Value): (key: Key) => Value {
  const kept = new Map<Key, Value>()
  return (key) => {
    const known = kept.get(key)
    if (known !== undefined) return known
    const made = make(key)
    const [oldest] = kept.keys()
    if (kept.size >= most && oldest !== undefined) kept.delete(oldest)
    kept.set(key, made)
    return made
  }
}

const BY_DAY = 2
const DAY_SECONDS = 86_400
/** Of it: what it is, and the day in two bytes, which last until June 2149. */
const PREFIX_LENGTH = 3

/**
 * As bytes, under a key of the day on which it was sealed: the prefix says which. 2^32 values a purpose and day are the limit of a
 * random nonce, 50,000 a second; keys of each context cost more than the sealing. A clock that is wrong makes another key and no
 * worse one. `before`: opens what the release before sealed, in text.
 */
function daySealer(purposeKey: Uint8Array, now: () => number, before: ContextSealer): ByteSealer {
  const root = createSecretKey(purposeKey)
  const keyOf = lately(DAYS_KEPT, (day: number) =>
    createSecretKey(createHmac('sha256', root).update(`${day}`, 'utf8').digest()),
  )
  return {
    seal(plaintext, context) {
      const day = Math.floor(now() / DAY_SECONDS) & 0xffff
      const prefix = Uint8Array.of(BY_DAY, day >> 8, day & 0xff)
      const sealed = encrypt(prefix, plaintext, keyOf(day), context)
      // What would never be opened again must not be kept.
      if (sealed.length > KEPT.sealed) throw new RangeError(`a sealed value of ${sealed.length} bytes`)
      return sealed
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
      if (bytes[0] !== BY_DAY) return before.open(bytes.toString('latin1'), context)
      if (bytes.length < PREFIX_LENGTH + NONCE_LENGTH + TAG_LENGTH || bytes.length > KEPT.sealed)
        return undefined
      return decrypt(bytes, PREFIX_LENGTH, keyOf(bytes.readUInt16BE(1)), context)
    },
  }
}

/** Only the canonical text counts, so that a value has one spelling. */
function sealedBytes(sealed: string): Buffer | undefined {
  if (!sealed.startsWith(VERSION) || sealed.length > KEPT.sealed) return undefined
  const text = sealed.slice(VERSION.length)
  const bytes = Buffer.from(text, 'base64url')
  return bytes.length >= NONCE_LENGTH + TAG_LENGTH && bytes.toString('base64url') === text ? bytes : undefined
}

const NO_BYTES = new Uint8Array()

/** `prefix`, nonce, what was encrypted, tag. */
function encrypt(prefix: Uint8Array, plaintext: string, key: KeyObject, context: string): Buffer {
  const nonce = freshRandomBytes(NONCE_LENGTH)
  const cipher = createCipheriv(CIPHER_NAME, key, nonce, { authTagLength: TAG_LENGTH })
  cipher.setAAD(Buffer.from(context))
  return Buffer.concat([prefix, nonce, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()])
}

function decrypt(bytes: Buffer, from: number, key: KeyObject, context: string): string | undefined {
  const nonce = bytes.subarray(from, from + NONCE_LENGTH)
  const tagAt = bytes.length - TAG_LENGTH
  const decipher = createDecipheriv(CIPHER_NAME, key, nonce, { authTagLength: TAG_LENGTH })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(bytes.subarray(tagAt))
  try {
    return Buffer.concat([
      decipher.update(bytes.subarray(from + NONCE_LENGTH, tagAt)),
      decipher.final(),
    ]).toString('utf8')
  } catch {
    return undefined
  }
}

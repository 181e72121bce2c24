/**
 * JWEs that are wrong in exactly one respect: any header, any algorithm, any key agreed on, in compact serialization (RFC 7516 §7.1).
 * By hand on what the platform has, so that nothing refuses to write what nobody should read.
 */
import {
  createCipheriv,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import type { JsonObject, JsonValue } from '@countersign/core/json'
import type { EncryptionKey } from '@countersign/crypto/jwe-engine'
import { base64url } from './jws.ts'

export interface JweForgery {
  /** Over the right header; undefined takes a member away. */
  readonly header?: Readonly<Record<string, JsonValue | undefined>>
  /** What is encrypted with; what the header says is another thing. */
  readonly content?: keyof typeof CONTENTS
  /** The content key is made by itself and wrapped (RFC 7518 §4.6.2); absent: agreed on directly. */
  readonly wrapped?: boolean
  readonly packed?: boolean
  /** Agreed on with another curve; the recipient cannot. */
  readonly ephemeral?: 'P-256' | 'P-384'
}

interface Content {
  readonly bytes: number
  seal(key: Uint8Array, plaintext: Uint8Array, header: string): Sealed
}

interface Sealed {
  readonly iv: Uint8Array
  readonly ciphertext: Uint8Array
  readonly tag: Uint8Array
}

const CONTENTS = {
  A128GCM: gcm(16),
  A192GCM: gcm(24),
  A256GCM: gcm(32),
  'A128CBC-HS256': { bytes: 32, seal: sealByCbc },
} as const satisfies Readonly<Record<string, Content>>

/** To `key`, in order but for what the forgery says. */
export function forgeJwe(
  plaintext: string,
  { key, keyId }: { readonly key: EncryptionKey; readonly keyId: string },
  { content = 'A256GCM', ephemeral = 'P-256', header = {}, packed = false, wrapped = false }: JweForgery = {},
): string {
  const pair = generateKeyPairSync('ec', { namedCurve: ephemeral })
  const { bytes, seal } = CONTENTS[content]
  const right = {
    alg: wrapped ? 'ECDH-ES+A128KW' : 'ECDH-ES',
    enc: content,
    kid: keyId,
    epk: pair.publicKey.export({ format: 'jwk' }) as JsonObject,
  }
  const protectedHeader = base64url(JSON.stringify({ ...right, ...header }))
  const { apu, apv } = header
  const parties = [textOf(apu), textOf(apv)].map((text) => Buffer.from(text, 'base64url'))
  // With a key of another curve nothing can be agreed on: the recipient has to find that out.
  const secret = ephemeral === 'P-256' ? agreed(pair.privateKey, key) : randomBytes(32)
  const derived = wrapped
    ? concatKdf(secret, 'ECDH-ES+A128KW', 16, parties)
    : concatKdf(secret, content, bytes, parties)
  const contentKey = wrapped ? randomBytes(bytes) : derived
  const clear = packed ? deflateRawSync(plaintext) : Buffer.from(plaintext)
  const { ciphertext, iv, tag } = seal(contentKey, clear, protectedHeader)
  const encryptedKey = wrapped ? wrap(derived, contentKey) : Buffer.of()
  return [
    protectedHeader,
    ...[encryptedKey, iv, ciphertext, tag].map((part) => Buffer.from(part).toString('base64url')),
  ].join('.')
}

/** Of a JWE, with other members; what it protects stays as it was. */
export function withJweHeader(jwe: string, change: Readonly<Record<string, JsonValue | undefined>>): string {
  const [header = '', ...rest] = jwe.split('.')
  const members = JSON.parse(Buffer.from(header, 'base64url').toString()) as JsonObject
  return [base64url(JSON.stringify({ ...members, ...change })), ...rest].join('.')
}

export const JWE_PART = { header: 0, encryptedKey: 1, iv: 2, ciphertext: 3, tag: 4 } as const

/** With other bytes in one part. */
export function withJwePart(
  jwe: string,
  part: keyof typeof JWE_PART,
  change: (bytes: Buffer) => Uint8Array,
): string {
  const parts = jwe.split('.')
  parts[JWE_PART[part]] = base64url(change(Buffer.from(parts[JWE_PART[part]] ?? '', 'base64url')))
  return parts.join('.')
}

/** A key pair's public half, for headers. */
export function strangeKey(namedCurve = 'P-256'): JsonObject {
  return generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' }) as JsonObject
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function agreed(privateKey: KeyObject, { crv, kty, x, y }: EncryptionKey): Uint8Array {
  return diffieHellman({ privateKey, publicKey: createPublicKey({ key: { crv, kty, x, y }, format: 'jwk' }) })
}

/** RFC 7518 §4.6.2, one round. */
function concatKdf(
  secret: Uint8Array,
  algorithm: string,
  bytes: number,
  parties: readonly Uint8Array[],
): Uint8Array {
  const number = (value: number) => {
    const written = Buffer.alloc(4)
    written.writeUInt32BE(value)
    return written
  }
  const hash = createHash('sha256').update(number(1)).update(secret)
  for (const data of [Buffer.from(algorithm), ...parties]) hash.update(number(data.length)).update(data)
  return hash
    .update(number(bytes * 8))
    .digest()
    .subarray(0, bytes)
}

function gcm(bytes: 16 | 24 | 32): Content {
  return {
    bytes,
    seal: (key, plaintext, header) => {
      const iv = randomBytes(12)
      const cipher = createCipheriv(GCM[bytes], key, iv).setAAD(Buffer.from(header))
      const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
      return { iv, ciphertext, tag: cipher.getAuthTag() }
    },
  }
}

const GCM = { 16: 'aes-128-gcm', 24: 'aes-192-gcm', 32: 'aes-256-gcm' } as const

/** RFC 7518 §5.2. */
function sealByCbc(key: Uint8Array, plaintext: Uint8Array, header: string): Sealed {
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv)
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  const length = Buffer.alloc(8)
  length.writeBigUInt64BE(BigInt(Buffer.byteLength(header) * 8))
  const mac = createHmac('sha256', key.subarray(0, 16))
  for (const part of [Buffer.from(header), iv, ciphertext, length]) mac.update(part)
  return { iv, ciphertext, tag: mac.digest().subarray(0, 16) }
}

/** RFC 3394 with its own initial value. */
function wrap(key: Uint8Array, contentKey: Uint8Array): Uint8Array {
  const cipher = createCipheriv('id-aes128-wrap', key, Buffer.alloc(8, 0xa6))
  return Buffer.concat([cipher.update(contentKey), cipher.final()])
}

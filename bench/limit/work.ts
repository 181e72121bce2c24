/**
 * The cryptography of a flow with nothing around it: the fastest that `node:crypto` offers for the same operations.
 * Data that crosses from the process that plans to the one that works; keys that a service keeps imported are
 * imported before, keys that are new with every flow each time.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'
import { derFromJose } from '@countersign/crypto/ecdsa-der'
import type { DecryptionKey } from '@countersign/crypto/jwe-engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import { joseJwe } from '@countersign/keys/engines/jwe'

export type Work =
  | WorkAtOnce
  /** For an answer that is to be encrypted. */
  | { readonly kind: 'make-key' }
  | { readonly kind: 'decrypt'; readonly jwe: string; readonly key: DecryptionKey }

export type WorkAtOnce =
  | { readonly kind: 'random'; readonly bytes: number; readonly times: number }
  | { readonly kind: 'hash'; readonly texts: readonly string[] }
  /** `data` in base64. */
  | { readonly kind: 'digest'; readonly algorithm: string; readonly data: string }
  /** ES256 over the text. */
  | { readonly kind: 'sign'; readonly text: string }
  /** ES256; `keyIsNew`: the key is imported each time. */
  | { readonly kind: 'verify'; readonly jwt: string; readonly key: PublicJwk; readonly keyIsNew: boolean }
  /** The same over bytes: both in base64. */
  | {
      readonly kind: 'verify-bytes'
      readonly data: string
      readonly signature: string
      readonly key: PublicJwk
      readonly keyIsNew: boolean
    }

/** Answers what has to be waited for: what the JOSE library does. */
export type PreparedWork = () => Promise<unknown> | undefined

/** Prepares what can be prepared and answers the function that is measured. */
export function prepare(work: Work): PreparedWork {
  if (work.kind === 'make-key') return async () => joseJwe.makeKey()
  if (work.kind === 'decrypt') return decrypting(work.jwe, work.key)
  const atOnce = prepareAtOnce(work)
  return () => {
    atOnce()
    return undefined
  }
}

export function prepareAtOnce(work: WorkAtOnce): () => void {
  switch (work.kind) {
    case 'random':
      return () => {
        for (let time = 0; time < work.times; time++) randomBytes(work.bytes)
      }
    case 'hash':
      return () => {
        for (const text of work.texts) hash('sha256', text, 'base64url')
      }
    case 'digest': {
      const data = Buffer.from(work.data, 'base64')
      return () => void hash(work.algorithm, data, 'buffer')
    }
    case 'sign':
      return signing(work.text)
    case 'verify': {
      const end = work.jwt.lastIndexOf('.')
      const signature = Buffer.from(work.jwt.slice(end + 1), 'base64url')
      return verifying(work.jwt.slice(0, end), signature, work)
    }
    case 'verify-bytes':
      return verifying(Buffer.from(work.data, 'base64'), Buffer.from(work.signature, 'base64'), work)
  }
}

/** By the library that the services have. */
function decrypting(jwe: string, key: DecryptionKey): PreparedWork {
  return async () => {
    const opened = await joseJwe.decrypt(jwe, [{ key, keyId: DECRYPTED_BY }])
    if (!opened.ok) throw new Error(`an answer cannot be decrypted: ${opened.error.code}`)
  }
}

/** The `kid` that a `decrypt` names. */
export const DECRYPTED_BY = 'limit'

function signing(text: string): () => void {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = createPrivateKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return () => void sign('sha256', Buffer.from(text), key)
}

function verifying(
  input: string | Buffer,
  p1363: Buffer,
  { key: jwk, keyIsNew }: { readonly key: PublicJwk; readonly keyIsNew: boolean },
): () => void {
  const signature = derFromJose(p1363, 32)
  if (signature === undefined) throw new Error('not an ES256 signature')
  const known = importKey(jwk)
  return () => {
    const key = keyIsNew ? importKey(jwk) : known
    const signed = typeof input === 'string' ? Buffer.from(input) : input
    if (!verify('sha256', signed, key, signature)) throw new Error('a signature is wrong')
  }
}

const P256_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex')

/** As PEM text, which `node:crypto` reads faster than a JWK or DER. */
function importKey(jwk: PublicJwk): KeyObject {
  if (jwk.kty !== 'EC' || jwk.crv !== 'P-256') throw new Error('keys here are on P-256')
  const point = [P256_PREFIX, Buffer.from(jwk.x, 'base64url'), Buffer.from(jwk.y, 'base64url')]
  const spki = Buffer.concat(point).toString('base64')
  return createPublicKey(`-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----`)
}

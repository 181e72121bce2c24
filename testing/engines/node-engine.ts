/**
 * A crypto engine and software signers on `node:crypto`, for tests only: the product's engines live beside the
 * services. Keys are made anew for each test, so that none is worth stealing from this repository. In a browser
 * `web-engine.ts` takes the place of this file, under the same names.
 */
import {
  constants,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'
import type { CryptoEngine, HashAlgorithm, KeyAgreement, Signer } from '@countersign/crypto/engine'
import {
  algorithmOf,
  type EcCurve,
  fits,
  fitsScheme,
  type PublicJwk,
  parsePublicJwk,
} from '@countersign/crypto/jwk'
import type {
  RsaAlgorithm,
  SignatureAlgorithm,
  SignatureScheme,
} from '@countersign/crypto/signature-algorithm'
import type { Certifier, CertifierKey } from './certifier.ts'

/** A curve, or for an RSA key what it signs with. */
export type TestKey = EcCurve | 'Ed25519' | RsaAlgorithm

/** What the engine of this platform knows: a browser has no secp256k1. */
export const testKeys: readonly TestKey[] = [
  'P-256',
  'P-384',
  'P-521',
  'Ed25519',
  'secp256k1',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
]

/** Whether tests that compare with Node itself have nothing to compare with. */
export const inBrowser = false

export const nodeEngine: CryptoEngine = {
  digest: (algorithm, data) => hash(algorithm, data).digest(),
  digestBase64url: (algorithm, data) => hash(algorithm, data).digest('base64url'),
  verify: (algorithm, key, data, signature) => {
    const isFitting = typeof algorithm === 'string' ? fits(algorithm, key) : fitsScheme(algorithm, key)
    if (!isFitting) return false
    try {
      const publicKey = createPublicKey({ key: { ...key }, format: 'jwk' })
      return verify(hashOf(algorithm), Buffer.from(data), { key: publicKey, ...formOf(algorithm) }, signature)
    } catch {
      return false
    }
  },
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
  sha1OfPublicKey: (publicKey) => createHash('sha1').update(publicKey).digest(),
  randomBytes: (length) => randomBytes(length),
}

/** The same engine, answering later, as WebCrypto does. */
export const lateEngine: CryptoEngine = {
  digest: async (algorithm, data) => nodeEngine.digest(algorithm, data),
  digestBase64url: async (algorithm, data) => nodeEngine.digestBase64url(algorithm, data),
  verify: async (algorithm, key, data, signature) => nodeEngine.verify(algorithm, key, data, signature),
  hmacSha256: async (key, data) => nodeEngine.hmacSha256(key, data),
  sha1OfPublicKey: async (publicKey) => nodeEngine.sha1OfPublicKey(publicKey),
  randomBytes: (length) => randomBytes(length),
}

export function makeSigner(kind: TestKey = 'P-256', keyId = 'key-1'): Signer {
  const { privateKey, publicKey } = keyPair(kind)
  const publicJwk = publicKeyOf(publicKey)
  const algorithm = publicJwk.kty === 'RSA' ? (kind as RsaAlgorithm) : algorithmOf(publicJwk)
  return {
    keyId,
    algorithm,
    publicJwk,
    sign: (data) => sign(hashOf(algorithm), Buffer.from(data), { key: privateKey, ...formOf(algorithm) }),
  }
}

/** Signs certificates by the scheme; RSA keys, which take long to make, come round again after two. */
export function makeCertifier(kind: CertifierKey, scheme: SignatureScheme): Certifier {
  const { privateKey, publicKey } = kind === 'RSA' ? nextRsaPair() : keyPair(kind)
  return {
    publicJwk: publicKeyOf(publicKey),
    scheme,
    sign: (data) => sign(hashOf(scheme), data, { key: privateKey, ...formOf(scheme) }),
  }
}

export interface AgreementKey {
  readonly publicJwk: PublicJwk
  readonly agree: KeyAgreement
}

/** A P-256 key that agrees on secrets. */
export function makeKeyAgreement(): AgreementKey {
  const { privateKey, publicKey } = keyPair('P-256')
  const agree: KeyAgreement = (peer) => {
    try {
      return diffieHellman({ privateKey, publicKey: createPublicKey({ key: { ...peer }, format: 'jwk' }) })
    } catch {
      return undefined
    }
  }
  return { publicJwk: publicKeyOf(publicKey), agree }
}

const rsaPairs: { privateKey: KeyObject; publicKey: KeyObject }[] = []

function nextRsaPair() {
  const pair = (rsaPairs.length < 2 ? undefined : rsaPairs.shift()) ?? keyPair('RS256')
  rsaPairs.push(pair)
  return pair
}

function keyPair(kind: TestKey): { privateKey: KeyObject; publicKey: KeyObject } {
  if (kind === 'Ed25519') return generateKeyPairSync('ed25519')
  return kind.startsWith('RS') || kind.startsWith('PS')
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: kind })
}

function publicKeyOf(key: KeyObject): PublicJwk {
  const parsed = parsePublicJwk(key.export({ format: 'jwk' }))
  if (!parsed.ok) throw new Error(parsed.error.code)
  return parsed.value
}

function hashOf(algorithm: SignatureAlgorithm | SignatureScheme): string | null {
  if (typeof algorithm === 'string') return algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2, 5)}`
  return algorithm.kind === 'eddsa' ? null : algorithm.hash.replace('-', '')
}

function formOf(algorithm: SignatureAlgorithm | SignatureScheme) {
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST } = constants
  if (typeof algorithm !== 'string') {
    if (algorithm.kind === 'rsa-pss') return { padding, saltLength: algorithm.saltLength }
    return algorithm.kind === 'ecdsa' ? ({ dsaEncoding: 'ieee-p1363' } as const) : {}
  }
  if (algorithm.startsWith('ES')) return { dsaEncoding: 'ieee-p1363' } as const
  return algorithm.startsWith('PS') ? { padding, saltLength: RSA_PSS_SALTLEN_DIGEST } : {}
}

function hash(algorithm: HashAlgorithm, data: Uint8Array | string) {
  return createHash(algorithm.replace('-', '')).update(data)
}

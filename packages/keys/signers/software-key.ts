/**
 * Signing with a private key that lies in this process: made here, or read from configuration in one of the
 * spellings that operators have (JWK, the walt.id wrapper around it, PKCS#8 PEM). Reading is strict: what comes out
 * is a pair that belongs together, on a curve we sign with. Where keys come from and who may use them is
 * decided elsewhere (`deployment.ts`).
 */

import {
  createECDH,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPair,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { defined } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { joseFromDer } from '@countersign/crypto/ecdsa-der'
import type { KeyAgreement, Signer } from '@countersign/crypto/engine'
import {
  algorithmOf,
  bareKey,
  COORDINATE_BYTES,
  type EcCurve,
  fits,
  type JwkRefusal,
  type PublicJwk,
  parsePublicJwk,
} from '@countersign/crypto/jwk'
import { thumbprintInput } from '@countersign/crypto/jwk-thumbprint'
import type { EllipticAlgorithm, SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import { importPublicKey, isCoordinate } from '../engines/imported-keys.ts'
import { ALGORITHM_FACTS, type AlgorithmFacts, nodeCrypto, paddingOf } from '../engines/node.ts'

type RsaPublicJwk = Extract<PublicJwk, { kty: 'RSA' }>
type RsaPrivateMember = 'd' | 'p' | 'q' | 'dp' | 'dq' | 'qi'

/**
 * The public members and the secret `d` (RFC 7518 §6.2.2, RFC 8037 §2), or all of §6.3.2 for RSA. An RSA key keeps its
 * `alg`, which says what it signs with.
 */
export type PrivateJwk =
  | (Exclude<PublicJwk, { kty: 'RSA' }> & { readonly d: string })
  | (RsaPublicJwk & Readonly<Record<RsaPrivateMember, string>>)

export type KeyRefusal =
  | { readonly code: 'key_malformed'; readonly reason: string }
  /** A public key where a private one is needed. */
  | { readonly code: 'key_not_private' }
  /** `keyType`: `X25519`, `rsa-pss` … as found. */
  | { readonly code: 'key_unsupported'; readonly keyType: string }
  /** A serialised key that lives in another system (`tse`, `aws` …). */
  | { readonly code: 'key_backend_unsupported'; readonly backend: string }

export interface SoftwareSignerOptions {
  /** Default: the RFC 7638 thumbprint, equal wherever the same key is loaded. */
  readonly keyId?: string | undefined
  /** Leaf first, standard base64 DER. */
  readonly x5c?: readonly string[] | undefined
}

/** Key types by the names that the APIs have for them; RSA alone means 2048 bits. */
export const SOFTWARE_KEY_TYPES = {
  Ed25519: 'EdDSA',
  secp256k1: 'ES256K',
  secp256r1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
  RSA: 'RS256',
  RSA3072: 'RS384',
  RSA4096: 'RS512',
} as const satisfies Readonly<Record<string, SignatureAlgorithm>>

export type SoftwareKeyType = keyof typeof SOFTWARE_KEY_TYPES

/** Off the event loop: an RSA key of 4096 bits takes seconds. */
export async function generateKeyOfType(keyType: SoftwareKeyType): Promise<PrivateJwk> {
  const algorithm = SOFTWARE_KEY_TYPES[keyType]
  const facts = ALGORITHM_FACTS[algorithm]
  if (facts.kind !== 'rsa') return generateSoftwareKey(algorithm)
  const key = await new Promise<KeyObject>((resolve, reject) =>
    generateKeyPair('rsa', { modulusLength: modulusLength(facts) }, (error, _publicKey, privateKey) =>
      error ? reject(error) : resolve(privateKey),
    ),
  )
  return madeKey(key, algorithm)
}

/** Blocks for as long as it takes: see `generateKeyOfType` for RSA. */
export function generateSoftwareKey(algorithm: EllipticAlgorithm): Exclude<PrivateJwk, { kty: 'RSA' }>
export function generateSoftwareKey(algorithm: SignatureAlgorithm): PrivateJwk
export function generateSoftwareKey(algorithm: SignatureAlgorithm): PrivateJwk {
  return madeKey(generateKeyObject(ALGORITHM_FACTS[algorithm]), algorithm)
}

function generateKeyObject(facts: AlgorithmFacts): KeyObject {
  switch (facts.kind) {
    case 'ecdsa':
      return generateKeyPairSync('ec', { namedCurve: facts.crv }).privateKey
    case 'eddsa':
      return generateKeyPairSync('ed25519').privateKey
    case 'rsa':
      return generateKeyPairSync('rsa', { modulusLength: modulusLength(facts) }).privateKey
  }
}

/** As long as the hash deserves. */
function modulusLength({ hash }: AlgorithmFacts): number {
  return hash === 'sha512' ? 4096 : hash === 'sha384' ? 3072 : 2048
}

function madeKey(key: KeyObject, algorithm: SignatureAlgorithm): PrivateJwk {
  const made = readKeyObject(key)
  if (!made.ok) throw new Error(`generated key unreadable: ${made.error.code}`)
  return made.value.kty === 'RSA' ? { ...made.value, alg: algorithm } : made.value
}

/** Throws when the key is not a `parsePrivateKey` value: that is a bug, not a refusal. */
export function softwareSigner(privateJwk: PrivateJwk, options: SoftwareSignerOptions = {}): Signer {
  const key = createPrivateKey({ key: { ...privateJwk }, format: 'jwk' })
  const publicJwk = bareKey(privateJwk)
  const algorithm = algorithmOf(privateJwk)
  const facts = ALGORITHM_FACTS[algorithm]
  return {
    keyId: options.keyId ?? keyThumbprint(publicJwk),
    algorithm,
    publicJwk,
    x5c: options.x5c,
    sign: (data) => signature(facts, typeof data === 'string' ? Buffer.from(data) : data, key),
  }
}

function signature(facts: AlgorithmFacts, data: Uint8Array, key: KeyObject): Uint8Array {
  switch (facts.kind) {
    case 'ecdsa': {
      const jose = joseFromDer(sign(facts.hash, data, key), facts.width)
      if (!jose) throw new Error('signature in unexpected form')
      return jose
    }
    case 'eddsa':
      return new Uint8Array(sign(null, data, key))
    case 'rsa':
      return new Uint8Array(sign(facts.hash, data, { key, ...paddingOf(facts) }))
  }
}

/** ECDH on the curve of the key: for device MACs of mdoc and for JWE. Throws for a key that cannot agree. */
export function softwareKeyAgreement(privateJwk: PrivateJwk): KeyAgreement {
  if (privateJwk.kty !== 'EC' || privateJwk.crv === 'secp256k1') throw new TypeError('not a key for ECDH')
  const privateKey = createPrivateKey({ key: { ...privateJwk }, format: 'jwk' })
  return (peer) => {
    const publicKey = peer.kty === 'EC' && peer.crv === privateJwk.crv ? importPublicKey(peer) : undefined
    return publicKey && new Uint8Array(diffieHellman({ privateKey, publicKey }))
  }
}

/** RFC 7638 §3, with SHA-256. */
export function keyThumbprint(jwk: PublicJwk): string {
  return nodeCrypto.digestBase64url('sha-256', thumbprintInput(jwk))
}

const MAX_KEY_TEXT = 16_384

/**
 * Reads a private key as configured: a JWK, `{"type":"jwk","jwk":…}` with the JWK as object or as JSON text, the JSON
 * text of either, or PKCS#8 PEM. `kid` of a JWK is kept; other members are dropped.
 */
export function parsePrivateKey(value: unknown): Result<PrivateJwk, KeyRefusal> {
  if (typeof value === 'string') return parseKeyText(value.trim())
  if (!isRecord(value)) return malformed('not_an_object')
  if (value.type === undefined) return parsePrivateJwk(value)
  if (value.type !== 'jwk') return backendUnsupported(value.type)
  const inner = typeof value.jwk === 'string' ? parseJson(value.jwk) : value.jwk
  return isRecord(inner) ? parsePrivateJwk(inner) : malformed('jwk_missing')
}

function parseKeyText(text: string): Result<PrivateJwk, KeyRefusal> {
  if (text.length > MAX_KEY_TEXT) return malformed('too_long')
  if (text.startsWith('-----BEGIN ')) return parsePem(text)
  const json = parseJson(text)
  return isRecord(json) ? parsePrivateKey(json) : malformed('neither_json_nor_pem')
}

function parsePem(text: string): Result<PrivateJwk, KeyRefusal> {
  if (text.startsWith('-----BEGIN PUBLIC KEY-----')) return refuse({ code: 'key_not_private' })
  if (!text.startsWith('-----BEGIN PRIVATE KEY-----')) return malformed('pem_not_pkcs8')
  try {
    return readKeyObject(createPrivateKey({ key: text, format: 'pem' }))
  } catch {
    return malformed('pem_unreadable')
  }
}

function readKeyObject(key: KeyObject): Result<PrivateJwk, KeyRefusal> {
  const keyType = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? 'unknown'
  if (!SIGNABLE_KEY_TYPES.has(keyType)) return refuse({ code: 'key_unsupported', keyType })
  return parsePrivateJwk({ ...key.export({ format: 'jwk' }) })
}

/** OpenSSL's names. A curve given by explicit parameters has none and is thereby refused. */
const SIGNABLE_KEY_TYPES: ReadonlySet<string> = new Set([
  'prime256v1',
  'secp384r1',
  'secp521r1',
  'secp256k1',
  'ed25519',
  'rsa',
])

function parsePrivateJwk(jwk: Readonly<Record<string, unknown>>): Result<PrivateJwk, KeyRefusal> {
  const { kty, d } = jwk
  if (kty !== 'EC' && kty !== 'OKP' && kty !== 'RSA') return unsupported(kty, 'kty_missing')
  if (kty !== 'RSA' && jwk.crv !== 'Ed25519' && !isEcCurve(curveOf(jwk)))
    return unsupported(jwk.crv, 'crv_missing')
  if (d === undefined) return refuse({ code: 'key_not_private' })
  const known = parsePublicJwk(publicMembers(jwk))
  if (!known.ok) return malformed(reasonOf(known.error))
  const { alg, use: _use, ...key } = known.value
  if (key.kty === 'RSA') return parseRsaMembers(defined({ ...key, alg }), jwk)
  return isCoordinate(d, COORDINATE_BYTES[key.crv]) ? belongingTogether({ ...key, d }) : malformed('d')
}

/** Without what would make it private, so that the rules for public keys can judge it. */
function publicMembers(jwk: Readonly<Record<string, unknown>>): object {
  const { kty, x, y, n, e, kid, alg, use } = jwk
  return { kty, crv: curveOf(jwk), x, y, n, e, kid, alg, use }
}

/** Some libraries still write the name of a draft. */
function curveOf({ crv }: Readonly<Record<string, unknown>>): unknown {
  return crv === 'P-256K' ? 'secp256k1' : crv
}

function reasonOf(refusal: JwkRefusal): string {
  if (refusal.code === 'jwk_weak')
    return refusal.member === 'n' ? 'rsa_key_too_short' : 'rsa_exponent_too_small'
  return refusal.member ?? 'jwk'
}

const RSA_PRIVATE_MEMBERS: readonly RsaPrivateMember[] = ['d', 'p', 'q', 'dp', 'dq', 'qi']

/** RFC 7518 §6.3.2: two primes, and the numbers that signing by the Chinese remainder theorem needs. */
function parseRsaMembers(
  key: RsaPublicJwk,
  jwk: Readonly<Record<string, unknown>>,
): Result<PrivateJwk, KeyRefusal> {
  // RFC 7517 §4.4: a key for encryption does not sign.
  if (!fits(algorithmOf(key), key)) return malformed('alg')
  if (jwk.oth !== undefined) return malformed('oth')
  const missing = RSA_PRIVATE_MEMBERS.find((member) => !isUnsigned(jwk[member]))
  if (missing !== undefined) return malformed(missing)
  const members = Object.fromEntries(RSA_PRIVATE_MEMBERS.map((member) => [member, jwk[member]]))
  return belongingTogether({ ...key, ...(members as Record<RsaPrivateMember, string>) })
}

/** Canonical base64url of a positive number that is no longer than the longest modulus. */
function isUnsigned(text: unknown): text is string {
  if (typeof text !== 'string' || text.length > 684) return false
  const bytes = Buffer.from(text, 'base64url')
  return bytes.length > 0 && bytes[0] !== 0 && bytes.toString('base64url') === text
}

/**
 * OpenSSL imports a JWK whose `d` belongs to another public key without a word; every signature made with it
 * would then fail at the verifiers.
 */
function belongingTogether(jwk: PrivateJwk): Result<PrivateJwk, KeyRefusal> {
  try {
    return isPair(jwk) ? ok(jwk) : malformed('public_and_private_part_differ')
  } catch {
    return malformed('private_part_out_of_range')
  }
}

function isPair(jwk: PrivateJwk): boolean {
  switch (jwk.kty) {
    case 'EC':
      return derivedEcPoint(jwk.crv, jwk.d) === jwk.x + jwk.y
    case 'OKP':
      return derivedEdPoint(jwk.x, jwk.d) === jwk.x
    case 'RSA':
      return numberOf(jwk.p) * numberOf(jwk.q) === numberOf(jwk.n) && signsForItself(jwk)
  }
}

function numberOf(text: string): bigint {
  return BigInt(`0x${Buffer.from(text, 'base64url').toString('hex')}`)
}

function signsForItself(jwk: PrivateJwk): boolean {
  const key = createPrivateKey({ key: { ...jwk }, format: 'jwk' })
  const trial = signature(ALGORITHM_FACTS.RS256, Buffer.from('trial'), key)
  return nodeCrypto.verify('RS256', jwk, 'trial', trial)
}

function derivedEcPoint(crv: EcCurve, d: string): string {
  const ecdh = createECDH(OPENSSL_CURVES[crv])
  ecdh.setPrivateKey(d, 'base64url')
  const point = ecdh.getPublicKey().subarray(1)
  const width = point.length / 2
  return point.subarray(0, width).toString('base64url') + point.subarray(width).toString('base64url')
}

const OPENSSL_CURVES: Readonly<Record<EcCurve, string>> = {
  'P-256': 'prime256v1',
  'P-384': 'secp384r1',
  'P-521': 'secp521r1',
  secp256k1: 'secp256k1',
}

function derivedEdPoint(x: string, d: string): string | undefined {
  const key = createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', x, d }, format: 'jwk' })
  return createPublicKey(key).export({ format: 'jwk' }).x
}

function isEcCurve(crv: unknown): crv is EcCurve {
  return typeof crv === 'string' && Object.hasOwn(OPENSSL_CURVES, crv)
}

function parseJson(text: string): unknown {
  if (text.length > MAX_KEY_TEXT) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unsupported(keyType: unknown, ifMissing: string): Result<PrivateJwk, KeyRefusal> {
  return typeof keyType === 'string'
    ? refuse({ code: 'key_unsupported', keyType: describe(keyType) })
    : malformed(ifMissing)
}

function backendUnsupported(type: unknown): Result<PrivateJwk, KeyRefusal> {
  return refuse({ code: 'key_backend_unsupported', backend: describe(type) })
}

/** A name from outside, fit for a log line. */
function describe(name: unknown): string {
  return typeof name === 'string' && /^[\w.-]{1,40}$/.test(name) ? name : 'unknown'
}

function malformed(reason: string): Result<PrivateJwk, KeyRefusal> {
  return refuse({ code: 'key_malformed', reason })
}

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
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import type { SignatureAlgorithm, Signer } from '@countersign/credential/crypto'
import {
  algorithmOf,
  bareKey,
  type EcCurve,
  type PublicJwk,
  parsePublicJwk,
} from '@countersign/credential/jwk'
import { ok, type Result, refuse } from '@countersign/credential/result'
import { joseFromDer } from './ecdsa-der.ts'
import { algorithmFacts, isCoordinate, nodeCrypto } from './node-crypto.ts'

/** RFC 7518 §6.2.2, RFC 8037 §2: the public members and the secret `d`. */
export type PrivateJwk = PublicJwk & { readonly d: string }

export type KeyRefusal =
  | { readonly code: 'key_malformed'; readonly reason: string }
  /** A public key where a private one is needed. */
  | { readonly code: 'key_not_private' }
  /** `keyType`: `secp256k1`, `RSA` … as found. */
  | { readonly code: 'key_unsupported'; readonly keyType: string }
  /** A serialised key that lives in another system (`tse`, `aws` …). */
  | { readonly code: 'key_backend_unsupported'; readonly backend: string }

export interface SoftwareSignerOptions {
  /** Default: the RFC 7638 thumbprint, equal wherever the same key is loaded. */
  readonly keyId?: string
  /** Leaf first, standard base64 DER. */
  readonly x5c?: readonly string[]
}

export function generateSoftwareKey(algorithm: SignatureAlgorithm): PrivateJwk {
  const made = readKeyObject(generateKeyObject(algorithm))
  if (!made.ok) throw new Error(`generated key unreadable: ${made.error.code}`)
  return made.value
}

/** Throws when the key is not a `parsePrivateKey` value: that is a bug, not a refusal. */
export function softwareSigner(privateJwk: PrivateJwk, options: SoftwareSignerOptions = {}): Signer {
  const key = createPrivateKey({ key: { ...privateJwk }, format: 'jwk' })
  const publicJwk = bareKey(privateJwk)
  const algorithm = algorithmOf(publicJwk)
  const { hash, width } = algorithmFacts[algorithm]
  return {
    keyId: options.keyId ?? keyThumbprint(publicJwk),
    algorithm,
    publicJwk,
    ...(options.x5c && { x5c: options.x5c }),
    sign(data) {
      const signature = sign(hash, typeof data === 'string' ? Buffer.from(data) : data, key)
      if (hash === null) return new Uint8Array(signature)
      const jose = joseFromDer(signature, width)
      if (!jose) throw new Error('signature in unexpected form')
      return jose
    },
  }
}

/** RFC 7638 §3: SHA-256 over the required members in lexicographic order. */
export function keyThumbprint(jwk: PublicJwk): string {
  const { crv, kty, x } = jwk
  const members = jwk.kty === 'EC' ? { crv, kty, x, y: jwk.y } : { crv, kty, x }
  return nodeCrypto.digestBase64url('sha-256', JSON.stringify(members))
}

const maxKeyText = 16_384

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
  if (text.length > maxKeyText) return malformed('too_long')
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
  const curve = key.asymmetricKeyDetails?.namedCurve
  const keyType = curve ?? key.asymmetricKeyType ?? 'unknown'
  if (!signableKeyTypes.has(keyType)) {
    return refuse({ code: 'key_unsupported', keyType: keyType.startsWith('rsa') ? 'RSA' : keyType })
  }
  return parsePrivateJwk({ ...key.export({ format: 'jwk' }) })
}

/** OpenSSL's names. A curve given by explicit parameters has none and is thereby refused. */
const signableKeyTypes: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1', 'ed25519'])

function generateKeyObject(algorithm: SignatureAlgorithm): KeyObject {
  const { crv } = algorithmFacts[algorithm]
  return crv === 'Ed25519'
    ? generateKeyPairSync('ed25519').privateKey
    : generateKeyPairSync('ec', { namedCurve: crv }).privateKey
}

function parsePrivateJwk(jwk: Readonly<Record<string, unknown>>): Result<PrivateJwk, KeyRefusal> {
  const { kty, crv, x, y, kid, d } = jwk
  if (kty !== 'EC' && kty !== 'OKP') return unsupported(kty, 'kty_missing')
  if (crv !== 'Ed25519' && !isEcCurve(crv)) return unsupported(crv, 'crv_missing')
  if (d === undefined) return refuse({ code: 'key_not_private' })
  const known = parsePublicJwk({ kty, crv, x, y, kid })
  if (!known.ok)
    return malformed(known.error.code === 'jwk_malformed' ? (known.error.member ?? 'jwk') : 'crv')
  const { width } = algorithmFacts[algorithmOf(known.value)]
  return isCoordinate(d, width) ? belongingTogether({ ...known.value, d }) : malformed('d')
}

/**
 * OpenSSL imports a JWK whose `d` belongs to another public key without a word; every signature made with it
 * would then fail at the verifiers.
 */
function belongingTogether(jwk: PrivateJwk): Result<PrivateJwk, KeyRefusal> {
  try {
    const point = jwk.kty === 'EC' ? derivedEcPoint(jwk.crv, jwk.d) : derivedEdPoint(jwk.x, jwk.d)
    const stated = jwk.kty === 'EC' ? jwk.x + jwk.y : jwk.x
    return point === stated ? ok(jwk) : malformed('public_and_private_part_differ')
  } catch {
    return malformed('private_part_out_of_range')
  }
}

function derivedEcPoint(crv: EcCurve, d: string): string {
  const ecdh = createECDH(opensslCurves[crv])
  ecdh.setPrivateKey(d, 'base64url')
  const point = ecdh.getPublicKey().subarray(1)
  const width = point.length / 2
  return point.subarray(0, width).toString('base64url') + point.subarray(width).toString('base64url')
}

const opensslCurves: Readonly<Record<EcCurve, string>> = {
  'P-256': 'prime256v1',
  'P-384': 'secp384r1',
  'P-521': 'secp521r1',
}

function derivedEdPoint(x: string, d: string): string | undefined {
  const key = createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', x, d }, format: 'jwk' })
  return createPublicKey(key).export({ format: 'jwk' }).x
}

function isEcCurve(crv: unknown): crv is EcCurve {
  return typeof crv === 'string' && Object.hasOwn(opensslCurves, crv)
}

function parseJson(text: string): unknown {
  if (text.length > maxKeyText) return undefined
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

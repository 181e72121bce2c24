/**
 * Keys and signatures of certificates in the forms that the rest of the project speaks: a `PublicJwk` and a JOSE
 * signature (RFC 5480, RFC 8410, RFC 5758 §3.2, RFC 4055). Curve and hash, and hash and salt of PSS, go in the pairs
 * that JOSE has names for; SHA-1 has none.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import { type EcCurve, type PublicJwk, parsePublicJwk } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import {
  type DerElement,
  readBitStringBytes,
  readChildren,
  readDer,
  readInteger,
  readObjectIdentifier,
  TAG,
} from './der.ts'
import { OID } from './object-identifiers.ts'
import { readRsaPublicKey } from './rsa-public-key.ts'

export interface CertificateSignature {
  readonly algorithm: SignatureAlgorithm
  /** JOSE form (ECDSA: r‖s). */
  readonly value: Uint8Array
}

const CURVES: Readonly<Record<string, { readonly crv: EcCurve; readonly bytes: number }>> = {
  [OID.p256]: { crv: 'P-256', bytes: 32 },
  [OID.p384]: { crv: 'P-384', bytes: 48 },
  [OID.p521]: { crv: 'P-521', bytes: 66 },
}

const ECDSA: Readonly<Record<string, { readonly algorithm: SignatureAlgorithm; readonly bytes: number }>> = {
  [OID.ecdsaWithSha256]: { algorithm: 'ES256', bytes: 32 },
  [OID.ecdsaWithSha384]: { algorithm: 'ES384', bytes: 48 },
  [OID.ecdsaWithSha512]: { algorithm: 'ES512', bytes: 66 },
}

const RSA: Readonly<Record<string, SignatureAlgorithm>> = {
  [OID.rsaWithSha256]: 'RS256',
  [OID.rsaWithSha384]: 'RS384',
  [OID.rsaWithSha512]: 'RS512',
}

/** Undefined for a key that no `PublicJwk` can say: a compressed point, a short RSA key. */
export function readPublicKey(keyInfo: DerElement | undefined): PublicJwk | undefined {
  if (keyInfo?.tag !== TAG.sequence) return undefined
  const [algorithm, bits, ...rest] = readChildren(keyInfo) ?? []
  const key = readBitStringBytes(bits)
  const [type, parameters, ...more] = (algorithm?.tag === TAG.sequence && readChildren(algorithm)) || []
  if (key === undefined || rest.length > 0 || more.length > 0) return undefined
  switch (readObjectIdentifier(type)) {
    case OID.ecPublicKey:
      return readPoint(readObjectIdentifier(parameters), key)
    case OID.ed25519:
      return readEd25519(key, parameters)
    case OID.rsaEncryption:
      return isNull(parameters) ? readRsa(key) : undefined
    case OID.rsaPss:
      return readPssKey(key, parameters)
    case undefined:
    default:
      return undefined
  }
}

/** Through the rules of a `PublicJwk`, so that a point of small order is none. */
function readEd25519(key: Uint8Array, parameters: DerElement | undefined): PublicJwk | undefined {
  if (parameters !== undefined) return undefined
  const parsed = parsePublicJwk({ kty: 'OKP', crv: 'Ed25519', x: encodeBase64url(key) })
  return parsed.ok ? parsed.value : undefined
}

function readRsa(key: Uint8Array): PublicJwk | undefined {
  const parsed = readRsaPublicKey(key)
  return parsed.ok ? parsed.value : undefined
}

/** RFC 4055 §3.1: a key for PSS alone, and with parameters for one form of it alone. */
function readPssKey(key: Uint8Array, parameters: DerElement | undefined): PublicJwk | undefined {
  const rsa = readRsa(key)
  const algorithm = readPssParameters(parameters)
  return rsa && algorithm && { ...rsa, alg: algorithm }
}

function readPoint(curveIdentifier: string | undefined, point: Uint8Array): PublicJwk | undefined {
  const curve = curveIdentifier === undefined ? undefined : CURVES[curveIdentifier]
  if (curve === undefined || point.length !== 1 + 2 * curve.bytes || point[0] !== 4) return undefined
  const x = encodeBase64url(point.subarray(1, 1 + curve.bytes))
  const y = encodeBase64url(point.subarray(1 + curve.bytes))
  return { kty: 'EC', crv: curve.crv, x, y }
}

/** Undefined for an algorithm that is none of ours, and for a hash with a key of another strength. */
export function readSignature(
  algorithm: DerElement,
  bits: DerElement | undefined,
): CertificateSignature | 'malformed' | undefined {
  const bytes = readBitStringBytes(bits)
  const [identifier, parameters] = (algorithm.tag === TAG.sequence && readChildren(algorithm)) || []
  const name = readObjectIdentifier(identifier)
  if (bytes === undefined || name === undefined) return 'malformed'
  const rsa = name === OID.rsaPss ? readPssParameters(parameters) : RSA[name]
  if (rsa !== undefined) {
    return name === OID.rsaPss || isNull(parameters) ? { algorithm: rsa, value: bytes } : 'malformed'
  }
  const ecdsa = ECDSA[name]
  if (parameters !== undefined) return ecdsa || name === OID.ed25519 ? 'malformed' : undefined
  if (name === OID.ed25519) return { algorithm: 'EdDSA', value: bytes }
  if (ecdsa === undefined) return undefined
  const value = toJoseForm(bytes, ecdsa.bytes)
  return value && { algorithm: ecdsa.algorithm, value }
}

/** RFC 4055 §5: NULL; some leave it out, and it says nothing either way. */
function isNull(parameters: DerElement | undefined): boolean {
  return parameters === undefined || (parameters.tag === NULL_TAG && parameters.contents.length === 0)
}

const NULL_TAG = 0x05

const PSS: Readonly<Record<string, { readonly algorithm: SignatureAlgorithm; readonly salt: number }>> = {
  [OID.sha256]: { algorithm: 'PS256', salt: 32 },
  [OID.sha384]: { algorithm: 'PS384', salt: 48 },
  [OID.sha512]: { algorithm: 'PS512', salt: 64 },
}

/** RFC 4055 §3.1: the same hash twice and a salt as long as it; the defaults mean SHA-1. */
function readPssParameters(parameters: DerElement | undefined): SignatureAlgorithm | undefined {
  const fields = parameters?.tag === TAG.sequence ? readChildren(parameters) : undefined
  const [hash, mask, salt, ...rest] = fields?.map(readExplicit) ?? []
  if (fields?.map(({ tag }) => tag).join() !== '160,161,162' || rest.length > 0) return undefined
  const hashName = readAlgorithmName(hash)
  const [maskName, maskHash] = childrenOf(mask)
  const pss = hashName === undefined ? undefined : PSS[hashName]
  const matches =
    readObjectIdentifier(maskName) === OID.mgf1 &&
    readAlgorithmName(maskHash) === hashName &&
    readInteger(salt)?.join() === String(pss?.salt)
  return matches ? pss?.algorithm : undefined
}

function readExplicit(element: DerElement): DerElement | undefined {
  const [inner, ...rest] = readChildren(element) ?? []
  return rest.length === 0 ? inner : undefined
}

/** Of an AlgorithmIdentifier without parameters. */
function readAlgorithmName(element: DerElement | undefined): string | undefined {
  const [name, parameters, ...rest] = childrenOf(element)
  return isNull(parameters) && rest.length === 0 ? readObjectIdentifier(name) : undefined
}

function childrenOf(element: DerElement | undefined): readonly DerElement[] {
  return (element?.tag === TAG.sequence && readChildren(element)) || []
}

function toJoseForm(der: Uint8Array, bytes: number): Uint8Array | undefined {
  const [r, s, ...rest] = readChildren(readDer(der, TAG.sequence)) ?? []
  const value = new Uint8Array(2 * bytes)
  const written =
    writeScalar(readInteger(r), value.subarray(0, bytes)) &&
    writeScalar(readInteger(s), value.subarray(bytes))
  return written && rest.length === 0 ? value : undefined
}

/** False for a negative number and for one that does not fit. */
function writeScalar(integer: Uint8Array | undefined, into: Uint8Array): boolean {
  if (integer === undefined || (integer[0] ?? 0) >= 0x80) return false
  const magnitude = integer[0] === 0 ? integer.subarray(1) : integer
  if (magnitude.length > into.length) return false
  into.set(magnitude, into.length - magnitude.length)
  return true
}

/**
 * Keys and signatures of certificates in the forms that the rest of the project speaks: a `PublicJwk` and a JOSE
 * signature (RFC 5480, RFC 8410, RFC 5758 §3.2). Curve and hash go in the pairs that JOSE has names for.
 */
import { encodeBase64url } from '../base64url.ts'
import type { SignatureAlgorithm } from '../crypto.ts'
import type { EcCurve, PublicJwk } from '../jwk.ts'
import {
  type DerElement,
  readBitStringBytes,
  readChildren,
  readDer,
  readInteger,
  readObjectIdentifier,
  TAG,
} from './der.ts'

export interface CertificateSignature {
  readonly algorithm: SignatureAlgorithm
  /** JOSE form (ECDSA: r‖s). */
  readonly value: Uint8Array
}

const ED25519 = '1.3.101.112'
const EC_PUBLIC_KEY = '1.2.840.10045.2.1'

const CURVES: Readonly<Record<string, { readonly crv: EcCurve; readonly bytes: number }>> = {
  '1.2.840.10045.3.1.7': { crv: 'P-256', bytes: 32 },
  '1.3.132.0.34': { crv: 'P-384', bytes: 48 },
  '1.3.132.0.35': { crv: 'P-521', bytes: 66 },
}

const ECDSA: Readonly<Record<string, { readonly algorithm: SignatureAlgorithm; readonly bytes: number }>> = {
  '1.2.840.10045.4.3.2': { algorithm: 'ES256', bytes: 32 },
  '1.2.840.10045.4.3.3': { algorithm: 'ES384', bytes: 48 },
  '1.2.840.10045.4.3.4': { algorithm: 'ES512', bytes: 66 },
}

/** Undefined for a key that no `PublicJwk` can say, a compressed point included. */
export function readPublicKey(keyInfo: DerElement | undefined): PublicJwk | undefined {
  if (keyInfo?.tag !== TAG.sequence) return undefined
  const [algorithm, bits, ...rest] = readChildren(keyInfo) ?? []
  const key = readBitStringBytes(bits)
  const [type, parameters, ...more] = (algorithm?.tag === TAG.sequence && readChildren(algorithm)) || []
  if (key === undefined || rest.length > 0 || more.length > 0) return undefined
  const identifier = readObjectIdentifier(type)
  if (identifier === EC_PUBLIC_KEY) return readPoint(readObjectIdentifier(parameters), key)
  const isEd25519 = identifier === ED25519 && parameters === undefined && key.length === 32
  return isEd25519 ? { kty: 'OKP', crv: 'Ed25519', x: encodeBase64url(key) } : undefined
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
  const ecdsa = ECDSA[name]
  if (parameters !== undefined) return ecdsa || name === ED25519 ? 'malformed' : undefined
  if (name === ED25519) return { algorithm: 'EdDSA', value: bytes }
  if (ecdsa === undefined) return undefined
  const value = toJoseForm(bytes, ecdsa.bytes)
  return value && { algorithm: ecdsa.algorithm, value }
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

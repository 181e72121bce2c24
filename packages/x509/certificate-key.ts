/**
 * Keys of certificates in the form that the rest of the project speaks, a `PublicJwk` (RFC 5480, RFC 8410, RFC 4055). What is
 * not read is named, so that whoever configured the certificate knows why; whether a point lies on its curve is for the
 * engine to say.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import { decompressPoint } from '@countersign/crypto/ec-point'
import { COORDINATE_BYTES, type EcCurve, type PublicJwk, parsePublicJwk } from '@countersign/crypto/jwk'
import { type DerElement, readBitStringBytes, readChildren, readObjectIdentifier, TAG } from './asn1/der.ts'
import { OID } from './asn1/object-identifiers.ts'
import { isAbsentOrNull, readPssParameters } from './pss-parameters.ts'
import { readRsaPublicKey } from './rsa-public-key.ts'

/** Of a `PublicJwk`, with secp256k1 left out: no certificate authority signs on it. */
const CURVES: Readonly<Record<string, EcCurve>> = {
  [OID.p256]: 'P-256',
  [OID.p384]: 'P-384',
  [OID.p521]: 'P-521',
}

/** Why no `PublicJwk` can say a key: the name of what is foreign (RFC 5639 §4.1 for the curves), or what is wrong with it. */
const FOREIGN_NAMES: Readonly<Record<string, string>> = {
  '1.3.36.3.3.2.8.1.1.7': 'brainpoolP256r1',
  '1.3.36.3.3.2.8.1.1.9': 'brainpoolP320r1',
  '1.3.36.3.3.2.8.1.1.11': 'brainpoolP384r1',
  '1.3.36.3.3.2.8.1.1.13': 'brainpoolP512r1',
  [OID.secp256k1]: 'secp256k1',
  '1.3.101.113': 'Ed448',
}

type KeyRead = Result<PublicJwk, string>

export function readPublicKey(keyInfo: DerElement | undefined): KeyRead {
  const [algorithm, bits, ...rest] = childrenOf(keyInfo)
  const key = readBitStringBytes(bits)
  const [type, parameters, ...more] = childrenOf(algorithm)
  const name = readObjectIdentifier(type)
  if (key === undefined || name === undefined || rest.length > 0 || more.length > 0) return MALFORMED
  switch (name) {
    case OID.ecPublicKey:
      return readPoint(parameters, key)
    case OID.ed25519:
      return parameters === undefined ? readEd25519(key) : MALFORMED
    case OID.rsaEncryption:
      return isAbsentOrNull(parameters) ? readRsa(key) : MALFORMED
    case OID.rsaPss:
      return readPssKey(key, parameters)
    default:
      return refuse(FOREIGN_NAMES[name] ?? name)
  }
}

const MALFORMED = refuse('malformed')

function childrenOf(element: DerElement | undefined): readonly DerElement[] {
  return (element?.tag === TAG.sequence && readChildren(element)) || []
}

/** Through the rules of a `PublicJwk`, so that a point of small order is none. */
function readEd25519(key: Uint8Array): KeyRead {
  const parsed = parsePublicJwk({ kty: 'OKP', crv: 'Ed25519', x: encodeBase64url(key) })
  return parsed.ok ? parsed : refuse(parsed.error.code)
}

function readRsa(key: Uint8Array): KeyRead {
  const parsed = readRsaPublicKey(key)
  if (parsed.ok) return parsed
  return refuse('member' in parsed.error ? `${parsed.error.code}: ${parsed.error.member}` : parsed.error.code)
}

/**
 * RFC 4055 §3.1: a key for PSS alone, and with parameters for one form of it alone, which an `alg` says. Without them it is a
 * key for every form of PSS and for nothing else, which no `PublicJwk` can say.
 */
function readPssKey(key: Uint8Array, parameters: DerElement | undefined): KeyRead {
  const pss = readPssParameters(parameters)
  const rsa = readRsa(key)
  if (!rsa.ok) return rsa
  const bits = pss && Number(pss.hash.slice('sha-'.length))
  // Their salt is the shortest that counts, and JOSE's is as long as the hash.
  return pss === undefined || bits === undefined || pss.saltLength > bits / 8
    ? refuse('RSASSA-PSS')
    : ok({ ...rsa.value, alg: `PS${bits}` })
}

/**
 * RFC 5480 §2.1.1 and §2.2: a named curve and a point, compressed or not; the hybrid form is none. Curves that are written out
 * are refused for what they made possible (CVE-2020-0601).
 */
function readPoint(parameters: DerElement | undefined, point: Uint8Array): KeyRead {
  const curve = readObjectIdentifier(parameters)
  if (curve === undefined) return refuse('explicit curve')
  const crv = CURVES[curve]
  if (crv === undefined) return refuse(FOREIGN_NAMES[curve] ?? curve)
  const coordinates = point[0] === UNCOMPRESSED ? readCoordinates(crv, point) : decompressPoint(crv, point)
  return coordinates === undefined ? MALFORMED : ok({ kty: 'EC', crv, ...coordinates })
}

const UNCOMPRESSED = 4

function readCoordinates(crv: EcCurve, point: Uint8Array) {
  const bytes = COORDINATE_BYTES[crv]
  if (point.length !== 1 + 2 * bytes) return undefined
  return { x: encodeBase64url(point.subarray(1, 1 + bytes)), y: encodeBase64url(point.subarray(1 + bytes)) }
}

/**
 * The public key of a PKCS#11 private key as a JWK. Tokens keep it in a second object or, cards above all, only in a
 * certificate of the same id. Attributes come in the spellings that devices have for them; what is read is strict.
 */
import { X509Certificate } from 'node:crypto'
import { encodeBase64url } from '@countersign/core/base64url'
import { type Result, refuse } from '@countersign/core/result'
import { COORDINATE_BYTES, type EcCurve, type PublicJwk } from '@countersign/crypto/jwk'
import { readAscii, readDer, readObjectIdentifier, TAG } from '@countersign/x509/asn1/der'
import { OID } from '@countersign/x509/asn1/object-identifiers'
import { type BackendRefusal, checkedPublicKey } from './backend.ts'
import {
  type Attribute,
  CKA,
  CKK,
  CKO,
  CKR,
  type Handle,
  numberOf,
  type Pkcs11Library,
  returnValueOf,
} from './pkcs11-library.ts'

export interface TokenObjects {
  readonly library: Pkcs11Library
  readonly session: Handle
}

/** Up to two: enough to tell one from several. */
export function findObjects({ library, session }: TokenObjects, template: readonly Attribute[]): Handle[] {
  library.C_FindObjectsInit(session, template)
  try {
    return library.C_FindObjects(session, 2)
  } finally {
    library.C_FindObjectsFinal(session)
  }
}

export function publicKeyOf(token: TokenObjects, privateKey: Handle): Result<PublicJwk, BackendRefusal> {
  const keyType = numberOf(attribute(token, privateKey, CKA.keyType))
  const id = attribute(token, privateKey, CKA.id)
  const label = attribute(token, privateKey, CKA.label)
  const marks = [
    ...(id && id.length > 0 ? [{ type: CKA.id, value: id }] : []),
    ...(label && label.length > 0 && !(id && id.length > 0) ? [{ type: CKA.label, value: label }] : []),
  ]
  if (marks.length === 0) return refuse({ code: 'key_not_found', backend: 'pkcs11' })
  const [publicKey, second] = findObjects(token, [{ type: CKA.class, value: CKO.publicKey }, ...marks])
  if (second) return refuse({ code: 'key_ambiguous', backend: 'pkcs11' })
  if (publicKey) return readKey(token, publicKey, keyType)
  const [certificate] = findObjects(token, [{ type: CKA.class, value: CKO.certificate }, ...marks])
  if (certificate) return readCertificate(attribute(token, certificate, CKA.value))
  return refuse({ code: 'key_not_found', backend: 'pkcs11' })
}

function readKey(
  token: TokenObjects,
  key: Handle,
  keyType: number | undefined,
): Result<PublicJwk, BackendRefusal> {
  switch (keyType) {
    case CKK.rsa:
      return checkedPublicKey({
        kty: 'RSA',
        n: unsigned(attribute(token, key, CKA.modulus)),
        e: unsigned(attribute(token, key, CKA.publicExponent)),
      })
    case CKK.ec:
      return ecKey(attribute(token, key, CKA.ecParams), attribute(token, key, CKA.ecPoint))
    case CKK.ecEdwards:
      return edwardsKey(attribute(token, key, CKA.ecParams), attribute(token, key, CKA.ecPoint))
    case undefined:
    default:
      return refuse({ code: 'key_unsupported', keyType: 'unknown' })
  }
}

const CURVES = new Map<string | undefined, EcCurve>([
  [OID.p256, 'P-256'],
  [OID.p384, 'P-384'],
  [OID.p521, 'P-521'],
  [OID.secp256k1, 'secp256k1'],
])

function ecKey(parameters: Buffer | undefined, point: Buffer | undefined): Result<PublicJwk, BackendRefusal> {
  const crv = CURVES.get(identifierIn(parameters))
  if (!crv) return refuse({ code: 'key_unsupported', keyType: 'unknown' })
  const width = COORDINATE_BYTES[crv]
  const bytes = point && unwrapped(point, 2 * width + 1)
  if (bytes?.[0] !== 0x04) return refuse({ code: 'key_malformed', reason: 'ec_point' })
  const coordinate = (at: number) => encodeBase64url(bytes.subarray(at, at + width))
  return checkedPublicKey({ kty: 'EC', crv, x: coordinate(1), y: coordinate(1 + width) })
}

/** CKA_EC_PARAMS as a DER object identifier. */
function identifierIn(parameters: Buffer | undefined): string | undefined {
  return parameters && readObjectIdentifier(readDer(parameters, TAG.objectIdentifier))
}

/** The object identifier of RFC 8410, or the PrintableString that PKCS#11 3.0 §2.3.10 allows too. */
function namesEd25519(parameters: Buffer | undefined): boolean {
  const text = parameters && readDer(parameters, TAG.printableString)
  return identifierIn(parameters) === OID.ed25519 || (text && readAscii(text)) === 'edwards25519'
}

function edwardsKey(
  parameters: Buffer | undefined,
  point: Buffer | undefined,
): Result<PublicJwk, BackendRefusal> {
  if (!namesEd25519(parameters)) return refuse({ code: 'key_unsupported', keyType: 'unknown' })
  const bytes = point && unwrapped(point, COORDINATE_BYTES.Ed25519)
  if (!bytes) return refuse({ code: 'key_malformed', reason: 'ec_point' })
  return checkedPublicKey({ kty: 'OKP', crv: 'Ed25519', x: encodeBase64url(bytes) })
}

/** PKCS#11 wants the point in a DER OCTET STRING; some devices hand it out bare. */
function unwrapped(point: Uint8Array, length: number): Uint8Array | undefined {
  const bytes = point.length === length ? point : readDer(point, TAG.octetString)?.contents
  return bytes?.length === length ? bytes : undefined
}

function readCertificate(der: Buffer | undefined): Result<PublicJwk, BackendRefusal> {
  try {
    const { publicKey } = new X509Certificate(der ?? Buffer.alloc(0))
    return checkedPublicKey(publicKey.export({ format: 'jwk' }))
  } catch {
    return refuse({ code: 'key_malformed', reason: 'certificate' })
  }
}

/** `undefined` where the object has no such attribute or keeps it secret. */
function attribute({ library, session }: TokenObjects, object: Handle, type: number): Buffer | undefined {
  try {
    const [found] = library.C_GetAttributeValue(session, object, [{ type }])
    return Buffer.isBuffer(found?.value) ? found.value : undefined
  } catch (error) {
    const value = returnValueOf(error)
    if (value === CKR.attributeTypeInvalid || value === CKR.attributeSensitive) return undefined
    throw error
  }
}

/** Big-endian, sometimes with a zero in front. */
function unsigned(value: Buffer | undefined): string | undefined {
  const first = value?.findIndex((byte) => byte !== 0) ?? -1
  return value && first >= 0 ? value.subarray(first).toString('base64url') : undefined
}

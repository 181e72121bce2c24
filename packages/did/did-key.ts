/**
 * The `did:key` method: multibase base58btc over a multicodec prefix and the public key, raw, compressed, in DER or as
 * the text of a canonical JWK. One key and one codec have one spelling: points are on their curve, numbers and JSON in
 * their shortest form. Keys that can only agree are refused by name, since nothing here would check a signature with one.
 */
import { decodeBase64url, decodeUtf8, encodeBase64url, encodeUtf8 } from '@countersign/core/base64url'
import { parseJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { compressPoint, decompressPoint } from '@countersign/crypto/ec-point'
import { type EcCurve, type PublicJwk, parsePublicJwk } from '@countersign/crypto/jwk'
import { thumbprintInput } from '@countersign/crypto/jwk-thumbprint'
import { readRsaPublicKey, writeRsaPublicKey } from '@countersign/x509/rsa-public-key'
import { decodeBase58btc, encodeBase58btc } from './base58btc.ts'
import { type DidDocument, type DidRefusal, singleKeyDocument } from './did-document.ts'

const PREFIX = 'did:key:'
const MULTIBASE_BASE58BTC = 'z'
/** An RSA key of 4096 bits as a JWK, and room. */
const MAX_LENGTH = 1048

/** `jwk_jcs`: the form that EBSI asks of natural persons. */
export type DidKeyEncoding = 'multicodec' | 'jwk_jcs'

type Codec = EcCurve | 'Ed25519' | 'RSA' | 'jwk_jcs' | 'X25519'

/** Unsigned varints of the multicodec table: 0xed, 0xec, 0xe7, 0x1200, 0x1201, 0x1202, 0x1205, 0xeb51. */
const PREFIXES: Readonly<Record<Codec, readonly number[]>> = {
  Ed25519: [0xed, 0x01],
  X25519: [0xec, 0x01],
  secp256k1: [0xe7, 0x01],
  'P-256': [0x80, 0x24],
  'P-384': [0x81, 0x24],
  'P-521': [0x82, 0x24],
  RSA: [0x85, 0x24],
  jwk_jcs: [0xd1, 0xd6, 0x03],
}

export function didKeyFromKey(jwk: PublicJwk, encoding: DidKeyEncoding = 'multicodec'): string {
  return PREFIX + (encoding === 'jwk_jcs' ? multibase('jwk_jcs', jcs(jwk)) : multibaseKey(jwk))
}

/** `publicKeyMultibase` of a Multikey, which is what a did:key has behind its prefix. */
export function multibaseKey(jwk: PublicJwk): string {
  switch (jwk.kty) {
    case 'EC':
      return multibase(jwk.crv, compressPoint(jwk))
    case 'OKP':
      return multibase('Ed25519', decodeBase64url(jwk.x) ?? new Uint8Array())
    case 'RSA':
      return multibase('RSA', writeRsaPublicKey(jwk))
  }
}

/** The key that a multibase text means; the reason otherwise. */
export function readMultibaseKey(text: string): Result<PublicJwk, { readonly reason: string }> {
  if (!text.startsWith(MULTIBASE_BASE58BTC)) return refuse({ reason: 'multibase_unsupported' })
  const bytes = decodeBase58btc(text.slice(1))
  if (bytes === undefined) return refuse({ reason: 'base58_malformed' })
  const codec = CODECS.find((name) => PREFIXES[name].every((byte, at) => bytes[at] === byte))
  if (codec === undefined) return refuse({ reason: 'codec_unsupported' })
  return readKey(codec, bytes.subarray(PREFIXES[codec].length))
}

export function resolveDidKey(did: string): Result<DidDocument, DidRefusal> {
  if (!did.startsWith(PREFIX) || did.length > MAX_LENGTH) return refuse({ code: 'did_malformed' })
  const fragment = did.slice(PREFIX.length)
  if (!fragment.startsWith(MULTIBASE_BASE58BTC)) return refuse({ code: 'did_malformed' })
  const jwk = readMultibaseKey(fragment)
  if (jwk.ok) return ok(singleKeyDocument(did, fragment, jwk.value))
  return jwk.error.reason === 'base58_malformed'
    ? refuse({ code: 'did_malformed' })
    : refuse({ code: 'did_key_unusable', reason: jwk.error.reason })
}

const CODECS = Object.keys(PREFIXES) as readonly Codec[]

function multibase(codec: Codec, key: Uint8Array): string {
  return MULTIBASE_BASE58BTC + encodeBase58btc(Uint8Array.from([...PREFIXES[codec], ...key]))
}

function readKey(codec: Codec, raw: Uint8Array): Result<PublicJwk, { readonly reason: string }> {
  switch (codec) {
    case 'X25519':
      return refuse({ reason: 'key_cannot_sign' })
    case 'Ed25519':
      return raw.length === 32
        ? ok({ kty: 'OKP', crv: codec, x: encodeBase64url(raw) })
        : refuse({ reason: 'key_malformed' })
    case 'RSA':
      return orReason(readRsaPublicKey(raw))
    case 'jwk_jcs':
      return readJcs(raw)
    case 'P-256':
    case 'P-384':
    case 'P-521':
    case 'secp256k1': {
      const point = decompressPoint(codec, raw)
      return point ? ok({ kty: 'EC', crv: codec, ...point }) : refuse({ reason: 'key_malformed' })
    }
  }
}

function orReason<T>(result: Result<T, { readonly code: string }>): Result<T, { readonly reason: string }> {
  if (result.ok) return result
  return refuse({ reason: result.error.code === 'jwk_malformed' ? 'key_malformed' : result.error.code })
}

/** RFC 8785 over the required members: what the thumbprint hashes, since their values are ASCII. */
function jcs(jwk: PublicJwk): Uint8Array {
  return encodeUtf8(thumbprintInput(jwk))
}

function readJcs(bytes: Uint8Array): Result<PublicJwk, { readonly reason: string }> {
  const text = decodeUtf8(bytes)
  const json = text === undefined ? undefined : parseJsonObject(text, { maxDepth: 1 })
  if (!json?.ok) return refuse({ reason: 'key_malformed' })
  const jwk = orReason(parsePublicJwk(json.value))
  if (!jwk.ok) return jwk
  // Any other member or spelling would make a second identifier of the key.
  return thumbprintInput(jwk.value) === text ? jwk : refuse({ reason: 'key_malformed' })
}

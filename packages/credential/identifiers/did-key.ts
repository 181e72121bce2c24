/**
 * The `did:key` method for Ed25519, P-256 and P-384: multibase base58btc over a multicodec prefix and the raw or
 * compressed public key. Other codecs are refused by name, a point off its curve and a non-canonical text as unusable.
 */
import { decodeBase64url, encodeBase64url } from '../base64url.ts'
import type { PublicJwk } from '../jwk.ts'
import { ok, type Result, refuse } from '../result.ts'
import { decodeBase58btc, encodeBase58btc } from './base58btc.ts'
import { type DidDocument, type DidRefusal, singleKeyDocument } from './did-document.ts'
import { compressPoint, decompressPoint } from './ec-point.ts'

const PREFIX = 'did:key:'
const MULTIBASE_BASE58BTC = 'z'
const MAX_LENGTH = 128

/** Unsigned varints of the multicodec table: 0xed, 0x1200, 0x1201. */
const CODECS = [
  { curve: 'Ed25519', prefix: [0xed, 0x01] },
  { curve: 'P-256', prefix: [0x80, 0x24] },
  { curve: 'P-384', prefix: [0x81, 0x24] },
] as const

type Curve = (typeof CODECS)[number]['curve']

/** Throws for P-521, which the method's registry has and nobody here uses. */
export function didKeyFromKey(jwk: PublicJwk): string {
  const codec = CODECS.find(({ curve }) => curve === jwk.crv)
  if (codec === undefined) throw new TypeError(`did:key is not written for ${jwk.crv}`)
  const raw = jwk.kty === 'EC' ? compressPoint(jwk) : (decodeBase64url(jwk.x) ?? [])
  return PREFIX + MULTIBASE_BASE58BTC + encodeBase58btc(Uint8Array.from([...codec.prefix, ...raw]))
}

export function resolveDidKey(did: string): Result<DidDocument, DidRefusal> {
  if (!did.startsWith(PREFIX) || did.length > MAX_LENGTH) return refuse({ code: 'did_malformed' })
  const fragment = did.slice(PREFIX.length)
  if (!fragment.startsWith(MULTIBASE_BASE58BTC)) return refuse({ code: 'did_malformed' })
  const bytes = decodeBase58btc(fragment.slice(1))
  if (bytes === undefined) return refuse({ code: 'did_malformed' })
  const codec = CODECS.find(({ prefix }) => prefix[0] === bytes[0] && prefix[1] === bytes[1])
  if (codec === undefined) return refuse({ code: 'did_key_unusable', reason: 'codec_unsupported' })
  const jwk = toJwk(codec.curve, bytes.subarray(codec.prefix.length))
  return jwk === undefined
    ? refuse({ code: 'did_key_unusable', reason: 'key_malformed' })
    : ok(singleKeyDocument(did, fragment, jwk))
}

function toJwk(curve: Curve, raw: Uint8Array): PublicJwk | undefined {
  if (curve === 'Ed25519') {
    return raw.length === 32 ? { kty: 'OKP', crv: curve, x: encodeBase64url(raw) } : undefined
  }
  const point = decompressPoint(curve, raw)
  return point && { kty: 'EC', crv: curve, ...point }
}

/**
 * COSE_Key (RFC 9052 §7) as a `PublicJwk` and back. What is refused of a JWK is refused here: private members,
 * unknown curves, coordinates of the wrong length; and compressed points, which ISO/IEC 18013-5 has no room for.
 */

import { decodeBase64url, encodeBase64url } from '@countersign/core/base64url'
import { defined } from '@countersign/core/json'
import { type Result, refuse } from '@countersign/core/result'
import {
  type CborInput,
  type CborKey,
  type CborMap,
  type CborValue,
  isBytes,
  isCborArray,
  isCborMap,
} from '../cbor/value.ts'
import { type JwkRefusal, type PublicJwk, parsePublicJwk } from '../jwk.ts'
import { algorithmOfCose } from './algorithms.ts'

/** RFC 9052 §7.1, RFC 9053 §7.1-2, RFC 8230 §4: what a number means depends on the key type. */
const LABEL = { type: 1, algorithm: 3, operations: 4, curve: -1, x: -2, y: -3, d: -4, n: -1, e: -2 } as const
const KEY_TYPE = { okp: 1, ec: 2, rsa: 3 } as const
const RSA_PRIVATE_LABELS = [-3, -4, -5, -6, -7, -8, -9, -10, -11, -12]
const OPERATION = { verify: 2, deriveKey: 7, deriveBits: 8 } as const

const CURVES = { 'P-256': 1, 'P-384': 2, 'P-521': 3, Ed25519: 6, secp256k1: 8 } as const

/** Of the labels, what says how the key may be used is kept: `alg`, and `use` for one that is for signatures alone, or not for them. */
export function readCoseKey(value: CborValue): Result<PublicJwk, JwkRefusal> {
  if (!isCborMap(value)) return refuse({ code: 'jwk_malformed' })
  if (hasPrivatePart(value)) return refuse({ code: 'jwk_private', member: 'd' })
  return parsePublicJwk({ ...readUse(value), ...readMembers(value) })
}

/** The key alone, without labels. */
export function writeCoseKey(jwk: PublicJwk): ReadonlyMap<CborKey, CborInput> {
  switch (jwk.kty) {
    case 'EC':
      return new Map<CborKey, CborInput>([
        [LABEL.type, KEY_TYPE.ec],
        [LABEL.curve, CURVES[jwk.crv]],
        [LABEL.x, bytesOf(jwk.x)],
        [LABEL.y, bytesOf(jwk.y)],
      ])
    case 'OKP':
      return new Map<CborKey, CborInput>([
        [LABEL.type, KEY_TYPE.okp],
        [LABEL.curve, CURVES[jwk.crv]],
        [LABEL.x, bytesOf(jwk.x)],
      ])
    case 'RSA':
      return new Map<CborKey, CborInput>([
        [LABEL.type, KEY_TYPE.rsa],
        [LABEL.n, bytesOf(jwk.n)],
        [LABEL.e, bytesOf(jwk.e)],
      ])
  }
}

function bytesOf(text: string): Uint8Array {
  const bytes = decodeBase64url(text)
  if (bytes === undefined) throw new TypeError('a public key that was not parsed')
  return bytes
}

function hasPrivatePart({ entries }: CborMap): boolean {
  return entries.get(LABEL.type) === KEY_TYPE.rsa
    ? RSA_PRIVATE_LABELS.some((label) => entries.has(label))
    : entries.has(LABEL.d)
}

function readMembers({ entries }: CborMap): Readonly<Record<string, unknown>> {
  const type: unknown = entries.get(LABEL.type)
  switch (type) {
    case KEY_TYPE.ec:
      return {
        kty: 'EC',
        crv: curveOf(entries.get(LABEL.curve)),
        x: textOf(entries.get(LABEL.x)),
        y: textOf(entries.get(LABEL.y)),
      }
    case KEY_TYPE.okp:
      return { kty: 'OKP', crv: curveOf(entries.get(LABEL.curve)), x: textOf(entries.get(LABEL.x)) }
    case KEY_TYPE.rsa:
      return { kty: 'RSA', n: textOf(entries.get(LABEL.n)), e: textOf(entries.get(LABEL.e)) }
    default:
      return { kty: 'unknown' }
  }
}

/** An unknown curve becomes a name that no JWK has, so that it is refused as unsupported. */
function curveOf(number: CborValue): string {
  return Object.entries(CURVES).find(([, known]) => known === number)?.[0] ?? 'unknown'
}

function textOf(value: CborValue): string | undefined {
  return isBytes(value) ? encodeBase64url(value) : undefined
}

/** RFC 9053 §2.1: where `key_ops` is present, it must name what the key is used for. */
function readUse({ entries }: CborMap): Readonly<Record<string, unknown>> {
  const operations = entries.get(LABEL.operations)
  const algorithm = algorithmOfCose(entries.get(LABEL.algorithm))
  if (operations === undefined) return defined({ alg: algorithm })
  const named = isCborArray(operations) ? operations.items : []
  const verifies = named.includes(OPERATION.verify)
  const agrees = named.includes(OPERATION.deriveKey) || named.includes(OPERATION.deriveBits)
  const use = verifies ? (agrees ? undefined : 'sig') : 'enc'
  return defined({ alg: algorithm, use })
}

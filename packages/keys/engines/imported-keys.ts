/**
 * Public keys as OpenSSL takes them. The import of a key is a fifth of a verification, and an issuer's key comes back
 * with every credential: those that are in use stay imported.
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import {
  COORDINATE_BYTES,
  type EcCurve,
  isOfSmallOrder,
  type PublicJwk,
  parsePublicJwk,
} from '@countersign/crypto/jwk'

/**
 * Keeps at most `limit` keys in two generations: whoever is asked for moves to the younger one, and when that is full the
 * older one is dropped. So holders' keys push out other holders' keys before the issuers' keys that every request touches.
 * Only keys that OpenSSL accepted are kept, so nobody fills it with rubbish.
 */
export function publicKeyCache(limit: number) {
  let younger = new Map<string, KeyObject>()
  let older = new Map<string, KeyObject>()
  const keep = (id: string, key: KeyObject) => {
    if (younger.size >= limit / 2) {
      older = younger
      younger = new Map()
    }
    younger.set(id, key)
  }
  return {
    get(jwk: PublicJwk): KeyObject | undefined {
      const id = nameOf(jwk)
      const known = younger.get(id)
      if (known !== undefined) return known
      const key = older.get(id) ?? importPublicKey(jwk)
      if (key !== undefined) keep(id, key)
      return key
    },
    get size(): number {
      return younger.size + older.size
    },
  }
}

function nameOf(jwk: PublicJwk): string {
  switch (jwk.kty) {
    case 'EC':
      return `EC|${jwk.crv}|${jwk.x}|${jwk.y}`
    case 'OKP':
      return `OKP|${jwk.crv}|${jwk.x}`
    case 'RSA':
      return `RSA|${jwk.n}|${jwk.e}`
  }
}

/**
 * `undefined` for a point off the curve or of small order, for coordinates that are not exactly as wide as RFC 7518
 * §6.2.1.2 says, and for an RSA key that `parsePublicJwk` would not read.
 */
export function importPublicKey(jwk: PublicJwk): KeyObject | undefined {
  try {
    switch (jwk.kty) {
      case 'RSA':
        return importRsa(jwk)
      case 'EC':
        return importPoint(jwk.crv, [jwk.x, jwk.y])
      case 'OKP':
        return isOfSmallOrder(jwk.x) ? undefined : importPoint(jwk.crv, [jwk.x])
    }
  } catch {
    return undefined
  }
}

function importRsa({ e, n }: { readonly e: string; readonly n: string }): KeyObject | undefined {
  if (!parsePublicJwk({ kty: 'RSA', n, e }).ok) return undefined
  return createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' })
}

/** SubjectPublicKeyInfo up to the coordinates (RFC 5480 §2, RFC 8410 §4); of a curve that is none, nothing. */
const spkiPrefixes = new Map<string, Buffer>(
  Object.entries({
    'P-256': '3059301306072a8648ce3d020106082a8648ce3d03010703420004',
    'P-384': '3076301006072a8648ce3d020106052b8104002203620004',
    'P-521': '30819b301006072a8648ce3d020106052b810400230381860004',
    secp256k1: '3056301006072a8648ce3d020106052b8104000a03420004',
    Ed25519: '302a300506032b6570032100',
  }).map(([crv, hex]) => [crv, Buffer.from(hex, 'hex')]),
)

/** As PEM text: Node 24 reads that in less than half the time of a JWK, and every new holder brings a new key. */
function importPoint(crv: EcCurve | 'Ed25519', coordinates: readonly string[]): KeyObject | undefined {
  const prefix = spkiPrefixes.get(crv)
  if (prefix === undefined) return undefined
  const bytes: Buffer[] = [prefix]
  for (const text of coordinates) {
    const coordinate = readCoordinate(text, COORDINATE_BYTES[crv])
    if (coordinate === undefined) return undefined
    bytes.push(coordinate)
  }
  const spki = Buffer.concat(bytes).toString('base64')
  return createPublicKey(`-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----`)
}

export function isCoordinate(text: unknown, width: number): text is string {
  return readCoordinate(text, width) !== undefined
}

/** Node decodes base64url leniently: only the canonical text of exactly `width` bytes may name a key. */
function readCoordinate(text: unknown, width: number): Buffer | undefined {
  if (typeof text !== 'string' || text.length !== Math.ceil((width * 4) / 3)) return undefined
  const bytes = Buffer.from(text, 'base64url')
  return bytes.length === width && bytes.toString('base64url') === text ? bytes : undefined
}

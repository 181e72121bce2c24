/**
 * Public keys as data (RFC 7517, RFC 8037). Parsing is strict: private members, unknown curves and malformed
 * coordinates are refused, so that a `PublicJwk` value is always safe to publish and to hand to an engine.
 * Whether a point lies on its curve is for the engine to say, which answers false instead of throwing.
 */
import { decodeBase64url } from './base64url.ts'
import type { Awaitable, CryptoEngine, SignatureAlgorithm } from './crypto.ts'
import type { JsonObject } from './format.ts'
import { isJsonObject } from './json.ts'
import { ok, type Result, refuse } from './result.ts'

export type EcCurve = 'P-256' | 'P-384' | 'P-521'

export type PublicJwk = { readonly kid?: string; readonly alg?: string; readonly use?: string } & (
  | { readonly kty: 'EC'; readonly crv: EcCurve; readonly x: string; readonly y: string }
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }
)

export type JwkRefusal =
  | { readonly code: 'jwk_private'; readonly member: string }
  | { readonly code: 'jwk_unsupported'; readonly member: 'kty' | 'crv' }
  | { readonly code: 'jwk_malformed'; readonly member?: string }

/** Bytes of a coordinate (RFC 7518 §6.2.1.2, RFC 8037 §2). */
const COORDINATE_BYTES = { 'P-256': 32, 'P-384': 48, 'P-521': 66, Ed25519: 32 } as const

/** RFC 7518 §6.2.2, §6.3.2, §6.4: any of these in a key that somebody shows means that the key is burnt. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** Room for a DID URL as key id. */
const MAX_LABEL_LENGTH = 2048

/** Keeps `kid`, `alg` and `use`; other members are dropped. */
export function parsePublicJwk(value: unknown): Result<PublicJwk, JwkRefusal> {
  if (!isJsonObject(value)) return refuse({ code: 'jwk_malformed' })
  const secret = PRIVATE_MEMBERS.find((member) => Object.hasOwn(value, member))
  if (secret !== undefined) return refuse({ code: 'jwk_private', member: secret })
  const labels = parseLabels(value)
  if (!labels.ok) return labels
  if (value.kty === 'EC') return parseEcKey(value, labels.value)
  if (value.kty === 'OKP') return parseOkpKey(value, labels.value)
  return typeof value.kty === 'string'
    ? refuse({ code: 'jwk_unsupported', member: 'kty' })
    : refuse({ code: 'jwk_malformed', member: 'kty' })
}

/** RFC 7638 with SHA-256, as unpadded base64url. */
export function jwkThumbprint(
  jwk: PublicJwk,
  crypto: Pick<CryptoEngine, 'digestBase64url'>,
): Awaitable<string> {
  // RFC 7638 §3.2: the required members alone, in lexicographic order.
  const { crv, kty, x } = jwk
  const required = jwk.kty === 'EC' ? { crv, kty, x, y: jwk.y } : { crv, kty, x }
  return crypto.digestBase64url('sha-256', JSON.stringify(required))
}

/** The one algorithm that fits the key. */
export function algorithmOf(jwk: PublicJwk): SignatureAlgorithm {
  switch (jwk.crv) {
    case 'P-256':
      return 'ES256'
    case 'P-384':
      return 'ES384'
    case 'P-521':
      return 'ES512'
    case 'Ed25519':
      return 'EdDSA'
  }
}

/** Whether both are the same key, whatever their labels. */
export function sameKey(a: PublicJwk, b: PublicJwk): boolean {
  const sameY = a.kty === 'EC' ? b.kty === 'EC' && a.y === b.y : b.kty === 'OKP'
  return sameY && a.crv === b.crv && a.x === b.x
}

/** The key without its labels: what a credential's `cnf` carries. */
export function bareKey(jwk: PublicJwk): PublicJwk {
  return jwk.kty === 'EC'
    ? { kty: 'EC', crv: jwk.crv, x: jwk.x, y: jwk.y }
    : { kty: 'OKP', crv: jwk.crv, x: jwk.x }
}

interface Labels {
  kid?: string
  alg?: string
  use?: string
}

function parseLabels(value: JsonObject): Result<Labels, JwkRefusal> {
  const labels: Labels = {}
  for (const member of ['kid', 'alg', 'use'] as const) {
    const label = value[member]
    if (label === undefined) continue
    if (typeof label !== 'string' || label.length > MAX_LABEL_LENGTH) {
      return refuse({ code: 'jwk_malformed', member })
    }
    labels[member] = label
  }
  return ok(labels)
}

function parseEcKey(value: JsonObject, labels: Labels): Result<PublicJwk, JwkRefusal> {
  const { crv, x, y } = value
  if (crv !== 'P-256' && crv !== 'P-384' && crv !== 'P-521') return refuseCurve(crv)
  if (!isCoordinate(x, COORDINATE_BYTES[crv])) return refuse({ code: 'jwk_malformed', member: 'x' })
  if (!isCoordinate(y, COORDINATE_BYTES[crv])) return refuse({ code: 'jwk_malformed', member: 'y' })
  return ok({ kty: 'EC', crv, x, y, ...labels })
}

function parseOkpKey(value: JsonObject, labels: Labels): Result<PublicJwk, JwkRefusal> {
  const { crv, x } = value
  if (crv !== 'Ed25519') return refuseCurve(crv)
  if (!isCoordinate(x, COORDINATE_BYTES[crv])) return refuse({ code: 'jwk_malformed', member: 'x' })
  return ok({ kty: 'OKP', crv, x, ...labels })
}

function refuseCurve(crv: unknown): Result<never, JwkRefusal> {
  return typeof crv === 'string'
    ? refuse({ code: 'jwk_unsupported', member: 'crv' })
    : refuse({ code: 'jwk_malformed', member: 'crv' })
}

function isCoordinate(value: unknown, bytes: number): value is string {
  return typeof value === 'string' && decodeBase64url(value)?.length === bytes
}

/**
 * Public keys as data (RFC 7517, RFC 8037, RFC 8812). Parsing is strict: private members, unknown curves, malformed
 * coordinates, weak RSA keys and an `alg` that is not the key's are refused, so that a `PublicJwk` value is always safe
 * to publish and to hand to an engine. Whether a point lies on its curve is for the engine to say, which answers
 * false instead of throwing.
 */
import { decodeBase64url } from '@countersign/core/base64url'
import { isJsonObject, type JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type {
  EllipticAlgorithm,
  RsaAlgorithm,
  SignatureAlgorithm,
  SignatureHash,
  SignatureScheme,
} from './signature-algorithm.ts'

export type EcCurve = 'P-256' | 'P-384' | 'P-521' | 'secp256k1'

export type PublicJwk = { readonly kid?: string; readonly alg?: string; readonly use?: string } & (
  | { readonly kty: 'EC'; readonly crv: EcCurve; readonly x: string; readonly y: string }
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }
)

export type JwkRefusal =
  | { readonly code: 'jwk_private'; readonly member: string }
  | { readonly code: 'jwk_unsupported'; readonly member: 'kty' | 'crv' | 'n' | 'e' }
  /** An RSA key that is too short or has a small exponent; an Ed25519 key that signs without a secret. */
  | { readonly code: 'jwk_weak'; readonly member: 'n' | 'e' | 'x' }
  /** `alg` or `use` say what the key cannot do. */
  | { readonly code: 'jwk_contradictory'; readonly member: 'alg' | 'use' }
  | { readonly code: 'jwk_malformed'; readonly member?: string }

/** Bytes of a coordinate, and of r and of s (RFC 7518 §3.4, §6.2.1.2, RFC 8037 §2). */
export const COORDINATE_BYTES: Readonly<Record<EcCurve | 'Ed25519', number>> = {
  'P-256': 32,
  'P-384': 48,
  'P-521': 66,
  secp256k1: 32,
  Ed25519: 32,
}

const ALGORITHMS: Readonly<Record<EcCurve | 'Ed25519', EllipticAlgorithm>> = {
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
  secp256k1: 'ES256K',
  Ed25519: 'EdDSA',
}

const RSA_ALGORITHMS: readonly RsaAlgorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']

/** RFC 7518 §3.3 asks for 2048 bits at least; beyond 4096 a check costs more than a stranger's key is worth. */
const RSA_BYTES = { min: 256, max: 512 } as const
const RSA_MIN_EXPONENT = 65_537
const RSA_MAX_EXPONENT_BYTES = 4

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
  const key = parseKey(value, labels.value)
  const contradiction = key.ok && findContradiction(key.value)
  return contradiction ? refuse({ code: 'jwk_contradictory', member: contradiction }) : key
}

function parseKey(value: JsonObject, labels: Labels): Result<PublicJwk, JwkRefusal> {
  const kty: unknown = value.kty
  switch (kty) {
    case 'EC':
      return parseEcKey(value, labels)
    case 'OKP':
      return parseOkpKey(value, labels)
    case 'RSA':
      return parseRsaKey(value, labels)
    default:
      return typeof kty === 'string'
        ? refuse({ code: 'jwk_unsupported', member: 'kty' })
        : refuse({ code: 'jwk_malformed', member: 'kty' })
  }
}

/**
 * What a holder of this key signs with: the algorithm of its curve, or for RSA the one that its `alg` names, RS256 where
 * it names none. To judge a signature ask `fits`: an RSA key may fit several.
 */
export function algorithmOf(jwk: PublicJwk): SignatureAlgorithm {
  if (jwk.kty !== 'RSA') return ALGORITHMS[jwk.crv]
  return RSA_ALGORITHMS.find((algorithm) => algorithm === jwk.alg) ?? 'RS256'
}

/** Whether the key may check signatures of the algorithm; its own `use` and `alg` bind it (RFC 7517 §4.2, §4.4). */
export function fits(algorithm: SignatureAlgorithm, jwk: PublicJwk): boolean {
  if (!isOfKind(algorithm, jwk)) return false
  if (jwk.use !== undefined && jwk.use !== 'sig') return false
  // RFC 9864 names Ed25519 more fully than we sign with.
  return jwk.alg === undefined || jwk.alg === algorithm || (jwk.alg === 'Ed25519' && algorithm === 'EdDSA')
}

function isOfKind(algorithm: SignatureAlgorithm, jwk: PublicJwk): boolean {
  if (jwk.kty !== 'RSA') return ALGORITHMS[jwk.crv] === algorithm
  return RSA_ALGORITHMS.some((known) => known === algorithm)
}

/**
 * The same for what a certificate names: any hash with any of its curves (FIPS 186-5 §6.4). A key for one form of PSS alone
 * sets the hash. The shortest salt that it asks for (RFC 4055 §3.3) is not known here: nobody but its holder could sign with
 * a shorter one.
 */
export function fitsScheme(scheme: SignatureScheme, { alg, use, ...jwk }: PublicJwk): boolean {
  if (use !== undefined && use !== 'sig') return false
  switch (scheme.kind) {
    case 'eddsa':
      return jwk.kty === 'OKP'
    case 'ecdsa':
      return jwk.kty === 'EC' && jwk.crv !== 'secp256k1' && isNamed(alg, 'ES', scheme.hash)
    case 'rsa-pkcs1':
      return jwk.kty === 'RSA' && isNamed(alg, 'RS', scheme.hash)
    case 'rsa-pss':
      return jwk.kty === 'RSA' && isNamed(alg, 'PS', scheme.hash)
  }
}

function isNamed(alg: string | undefined, family: string, hash: SignatureHash): boolean {
  return alg === undefined || alg === family + hash.slice('sha-'.length)
}

/** Whether both are the same key, whatever their labels. */
export function sameKey(a: PublicJwk, b: PublicJwk): boolean {
  if (a.kty === 'RSA') return b.kty === 'RSA' && a.n === b.n && a.e === b.e
  if (b.kty === 'RSA' || a.crv !== b.crv || a.x !== b.x) return false
  return a.kty === 'EC' ? b.kty === 'EC' && a.y === b.y : b.kty === 'OKP'
}

/** The key without its labels: what a credential's `cnf` carries. */
export function bareKey(jwk: PublicJwk): PublicJwk {
  switch (jwk.kty) {
    case 'EC':
      return { kty: 'EC', crv: jwk.crv, x: jwk.x, y: jwk.y }
    case 'OKP':
      return { kty: 'OKP', crv: jwk.crv, x: jwk.x }
    case 'RSA':
      return { kty: 'RSA', n: jwk.n, e: jwk.e }
  }
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
  if (!isEcCurve(crv)) return refuseCurve(crv)
  if (!isCoordinate(x, COORDINATE_BYTES[crv])) return refuse({ code: 'jwk_malformed', member: 'x' })
  if (!isCoordinate(y, COORDINATE_BYTES[crv])) return refuse({ code: 'jwk_malformed', member: 'y' })
  return ok({ kty: 'EC', crv, x, y, ...labels })
}

function parseOkpKey(value: JsonObject, labels: Labels): Result<PublicJwk, JwkRefusal> {
  const { crv, x } = value
  if (crv !== 'Ed25519') return refuseCurve(crv)
  if (!isCoordinate(x, COORDINATE_BYTES[crv])) return refuse({ code: 'jwk_malformed', member: 'x' })
  if (isOfSmallOrder(x)) return refuse({ code: 'jwk_weak', member: 'x' })
  return ok({ kty: 'OKP', crv, x, ...labels })
}

/** `x` of an Ed25519 key under which one signature is good for many texts: the points whose order divides eight. */
export function isOfSmallOrder(x: string): boolean {
  return SMALL_ORDER.has(x)
}

/** All spellings of the eight points, those beyond the field included, each with either sign bit. */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA',
  'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA',
  'JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU',
  'JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_IU',
  'xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o',
  'xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA_o',
  '7P_______________________________________38',
  '7P________________________________________8',
  '7f_______________________________________38',
  '7f________________________________________8',
  '7v_______________________________________38',
  '7v________________________________________8',
])

function parseRsaKey({ n, e }: JsonObject, labels: Labels): Result<PublicJwk, JwkRefusal> {
  if (typeof n !== 'string') return refuse({ code: 'jwk_malformed', member: 'n' })
  if (typeof e !== 'string') return refuse({ code: 'jwk_malformed', member: 'e' })
  const fault = findModulusFault(n) ?? findExponentFault(e)
  return fault === undefined ? ok({ kty: 'RSA', n, e, ...labels }) : refuse(fault)
}

function findModulusFault(n: string): JwkRefusal | undefined {
  if (n.length > RSA_BYTES.max * 2) return { code: 'jwk_unsupported', member: 'n' }
  const bytes = decodeUnsigned(n)
  // A product of two large primes is odd.
  if (bytes === undefined || !isOdd(bytes)) return { code: 'jwk_malformed', member: 'n' }
  const { length } = bytes
  if (length > RSA_BYTES.max) return { code: 'jwk_unsupported', member: 'n' }
  const isShort = length < RSA_BYTES.min || (length === RSA_BYTES.min && (bytes[0] ?? 0) < 0x80)
  return isShort ? { code: 'jwk_weak', member: 'n' } : undefined
}

/** Small exponents made forgeries of sloppy PKCS#1 v1.5 checks possible; huge ones make a check expensive. */
function findExponentFault(e: string): JwkRefusal | undefined {
  const bytes = decodeUnsigned(e)
  if (bytes === undefined || !isOdd(bytes)) return { code: 'jwk_malformed', member: 'e' }
  if (bytes.length > RSA_MAX_EXPONENT_BYTES) return { code: 'jwk_unsupported', member: 'e' }
  const exponent = bytes.reduce((value, byte) => value * 256 + byte, 0)
  return exponent < RSA_MIN_EXPONENT ? { code: 'jwk_weak', member: 'e' } : undefined
}

/** Base64urlUInt (RFC 7518 §2): no leading zero octet, so that one number has one spelling. */
function decodeUnsigned(text: string): Uint8Array | undefined {
  const bytes = text.length > RSA_BYTES.max * 2 ? undefined : decodeBase64url(text)
  return bytes === undefined || bytes.length === 0 || bytes[0] === 0 ? undefined : bytes
}

function isOdd(bytes: Uint8Array): boolean {
  return ((bytes.at(-1) ?? 0) & 1) === 1
}

/** A signature algorithm of another kind of key, or one beside `use: enc`. Names that we do not know say nothing. */
function findContradiction(jwk: PublicJwk): 'alg' | 'use' | undefined {
  const { alg, use } = jwk
  const named = alg === 'Ed25519' ? 'EdDSA' : KNOWN_ALGORITHMS.find((known) => known === alg)
  if (named === undefined) return undefined
  if (!isOfKind(named, jwk)) return 'alg'
  return use === 'enc' ? 'use' : undefined
}

const KNOWN_ALGORITHMS: readonly SignatureAlgorithm[] = [...Object.values(ALGORITHMS), ...RSA_ALGORITHMS]

function isEcCurve(crv: unknown): crv is EcCurve {
  return typeof crv === 'string' && crv !== 'Ed25519' && Object.hasOwn(ALGORITHMS, crv)
}

function refuseCurve(crv: unknown): Result<never, JwkRefusal> {
  return typeof crv === 'string'
    ? refuse({ code: 'jwk_unsupported', member: 'crv' })
    : refuse({ code: 'jwk_malformed', member: 'crv' })
}

function isCoordinate(value: unknown, bytes: number): value is string {
  if (typeof value !== 'string' || value.length !== Math.ceil((bytes * 4) / 3)) return false
  return decodeBase64url(value)?.length === bytes
}

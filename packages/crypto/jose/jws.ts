/**
 * Compact JSON Web Signatures (RFC 7515) over JSON objects. Reading and judging are two steps: `decodeJws` says what
 * is written, `verifyJws` whether the given key signed it. Keys that a token brings along (`jwk`, `jku`, `x5u`) are
 * never looked at here, and an extension that must be understood (`crit`) is refused unless the caller understands it.
 */
import { decodeBase64url, encodeBase64url, encodeTextBase64url } from '@countersign/core/base64url'
import { isJsonArray, type JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine, Signer } from '../engine.ts'
import { fits, type PublicJwk } from '../jwk.ts'
import type { SignatureAlgorithm } from '../signature-algorithm.ts'
import { decodeJsonPart, readHeader } from './jose-header.ts'

export interface DecodedJws {
  readonly header: JsonObject
  readonly payload: JsonObject
  /** The exact text that is signed: everything before the last dot. */
  readonly signingInput: string
  readonly signature: Uint8Array
}

export interface JwsRefusal {
  readonly code:
    | 'jws_too_large'
    | 'jws_malformed' // not three base64url parts, or no `alg`
    | 'jws_header_invalid' // not a strict JSON object
    | 'jws_payload_invalid'
    | 'jws_number_unsafe' // a number that cannot be carried, where `exactNumbers` were asked for
    | 'jws_crit_unsupported'
}

export interface JwsVerifyRefusal {
  readonly code: 'alg_not_allowed' | 'alg_key_mismatch' | 'signature_invalid'
}

/**
 * Every algorithm that an engine knows; what counts for a purpose is said in `allowed-algorithms.ts`. There is no name
 * for `none` or a MAC, so neither can be allowed.
 */
export const SIGNATURE_ALGORITHMS: readonly SignatureAlgorithm[] = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'ES256K',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
]

const DEFAULT_MAX_LENGTH = 65_536
/** Room for a chain of certificates, however long the token is. */
const MAX_HEADER_LENGTH = 65_536

export interface JwsLimits {
  /** Characters of the whole token; 65536 when absent. */
  readonly maxLength?: number
  /** Values of its payload; when absent as many as JSON of that length may have. */
  readonly maxValues?: number | undefined
  /** Header members that may be marked critical, since the caller acts upon them; none when absent. */
  readonly understood?: readonly string[]
  /** Refuse a payload with a number that cannot be carried, as `JsonLimits` has it; false when absent. */
  readonly exactNumbers?: boolean
}

export function decodeJws(
  compact: string,
  { exactNumbers = false, maxLength = DEFAULT_MAX_LENGTH, maxValues, understood = [] }: JwsLimits = {},
): Result<DecodedJws, JwsRefusal> {
  if (compact.length > maxLength) return refuse({ code: 'jws_too_large' })
  const [headerText, payloadText, signatureText, ...rest] = compact.split('.', 4)
  if (!headerText || !payloadText || signatureText === undefined || rest.length > 0) {
    return refuse({ code: 'jws_malformed' })
  }
  const header = readHeader(headerText, Math.min(maxLength, MAX_HEADER_LENGTH))
  if (header === undefined) return refuse({ code: 'jws_header_invalid' })
  if (typeof header.alg !== 'string') return refuse({ code: 'jws_malformed' })
  if (!isUnderstood(header, understood)) return refuse({ code: 'jws_crit_unsupported' })
  const payload = decodeJsonPart(payloadText, { maxBytes: maxLength, maxValues, exactNumbers })
  if (!payload.ok) {
    const isUnsafe = payload.error.code === 'json_number_unsafe'
    return refuse({ code: isUnsafe ? 'jws_number_unsafe' : 'jws_payload_invalid' })
  }
  const signature = decodeBase64url(signatureText)
  if (signature === undefined) return refuse({ code: 'jws_malformed' })
  const signingInput = compact.slice(0, headerText.length + 1 + payloadText.length)
  return ok({ header, payload: payload.value, signingInput, signature })
}

/** The signer's algorithm becomes `alg`, whatever the header says. */
export async function signJws(header: JsonObject, payload: JsonObject, signer: Signer): Promise<string> {
  const signingInput = `${encodePart({ ...header, alg: signer.algorithm })}.${encodePart(payload)}`
  return `${signingInput}.${encodeBase64url(await signer.sign(signingInput))}`
}

/** The value is the algorithm that was used. */
export async function verifyJws(
  decoded: DecodedJws,
  key: PublicJwk,
  allowedAlgorithms: readonly SignatureAlgorithm[],
  crypto: Pick<CryptoEngine, 'verify'>,
): Promise<Result<SignatureAlgorithm, JwsVerifyRefusal>> {
  const algorithm = readAlgorithm(decoded.header.alg, allowedAlgorithms)
  if (algorithm === undefined) return refuse({ code: 'alg_not_allowed' })
  if (!fits(algorithm, key)) return refuse({ code: 'alg_key_mismatch' })
  const valid = crypto.verify(algorithm, key, decoded.signingInput, decoded.signature)
  return (typeof valid === 'boolean' ? valid : await valid)
    ? ok(algorithm)
    : refuse({ code: 'signature_invalid' })
}

/** The one of `allowed` that a header's `alg` names. RFC 9864 §2.2: `Ed25519` is what `EdDSA` means here. */
export function readAlgorithm(
  alg: unknown,
  allowed: readonly SignatureAlgorithm[],
): SignatureAlgorithm | undefined {
  const name = alg === 'Ed25519' ? 'EdDSA' : alg
  return allowed.find((algorithm) => algorithm === name)
}

/** RFC 7515 §4.1.11: a list that is not empty and names members that are there. */
function isUnderstood(header: JsonObject, understood: readonly string[]): boolean {
  if (!Object.hasOwn(header, 'crit')) return true
  const { crit } = header
  return (
    isJsonArray(crit) &&
    crit.length > 0 &&
    crit.every((name) => typeof name === 'string' && understood.includes(name) && Object.hasOwn(header, name))
  )
}

function encodePart(value: JsonObject): string {
  return encodeTextBase64url(JSON.stringify(value))
}

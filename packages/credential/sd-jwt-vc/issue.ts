/**
 * Issues an SD-JWT VC (RFC 9901 §4, SD-JWT VC §2): claims in, compact form out. Every value that may be withheld gets
 * a fresh salt, and its digest goes where the order tells nothing. Refuses what a verifier would have to reject, so
 * that no such credential ever exists. Knows no type: whether the claims suit the `vct` is checked before.
 */

import { encodeBase64url } from '../base64url.ts'
import { resolveClaimPath } from '../claim-path.ts'
import type { CryptoEngine } from '../crypto.ts'
import type { ClaimPath, FormatRefusal, IssueInput, JsonObject, JsonValue } from '../format.ts'
import { isJsonArray, isJsonObject } from '../json.ts'
import { bareKey } from '../jwk.ts'
import { signJws } from '../jws.ts'
import { ok, type Result, refuse } from '../result.ts'
import { writeDisclosure } from './disclosure.ts'
import { isAlwaysShown, isReservedName, MAX_DEPTH, MAX_DISCLOSURES, MAX_LENGTH, TYP } from './reserved.ts'

/** Refuses claims and paths that would make an unverifiable credential; the codes are in `checkClaims` and below. */
export async function issueSdJwtVc(
  input: IssueInput,
  crypto: CryptoEngine,
): Promise<Result<string, FormatRefusal>> {
  const fault = checkEnvelope(input) ?? checkTopLevelNames(input.claims) ?? checkClaims(input.claims, 1)
  if (fault !== undefined) return refuse(fault)
  const marks = markPaths(input.claims, input.selectivelyDisclosable)
  if (!marks.ok) return marks
  const writer: Writer = { crypto, disclosures: [] }
  const concealed = await concealMembers(input.claims, marks.value, writer, input.decoys ?? 0)
  if (writer.disclosures.length > MAX_DISCLOSURES) return refuse({ code: 'too_many_disclosures' })
  const hashed = writer.disclosures.length > 0 || Object.hasOwn(concealed, '_sd')
  const payload = { ...registeredClaims(input), ...concealed, ...(hashed && { _sd_alg: HASH }) }
  const jwt = await signJws(headerOf(input), payload, input.signer)
  const compact = `${[jwt, ...writer.disclosures].join('~')}~`
  return compact.length > MAX_LENGTH ? refuse({ code: 'credential_too_large' }) : ok(compact)
}

const HASH = 'sha-256'
const MAX_DECOYS = 100
const DECOY_BYTES = 32

function headerOf(input: IssueInput): JsonObject {
  const { keyId, x5c } = input.signer
  return { typ: TYP, kid: keyId, ...(x5c && x5c.length > 0 && { x5c }) }
}

function registeredClaims(input: IssueInput): JsonObject {
  return {
    ...(input.issuer !== undefined && { iss: input.issuer }),
    iat: input.issuedAt,
    ...(input.notBefore !== undefined && { nbf: input.notBefore }),
    ...(input.expiresAt !== undefined && { exp: input.expiresAt }),
    vct: input.type,
    // The bare key: a label that the wallet put on it could be used to recognise the holder.
    ...(input.holderKey && { cnf: { jwk: bareKey(input.holderKey) } }),
    ...(input.status && { status: input.status }),
  }
}

function checkEnvelope(input: IssueInput): FormatRefusal | undefined {
  if (input.type.trim() === '') return { code: 'vct_missing' }
  if (input.issuer?.trim() === '') return { code: 'iss_malformed' }
  for (const name of ['issuedAt', 'notBefore', 'expiresAt'] as const) {
    const time = input[name]
    if (time !== undefined && !Number.isSafeInteger(time)) return { code: 'time_malformed', detail: name }
  }
  const { notBefore = input.issuedAt, expiresAt, decoys = 0 } = input
  if (expiresAt !== undefined && expiresAt <= Math.max(input.issuedAt, notBefore)) {
    return { code: 'validity_empty' }
  }
  if (!Number.isSafeInteger(decoys) || decoys < 0 || decoys > MAX_DECOYS) return { code: 'decoys_malformed' }
  return input.status && checkClaims(input.status, 2)
}

/** Claims that this function writes itself: given as data they would contradict it. */
const WRITTEN_HERE = ['iss', 'iat', 'nbf', 'exp', 'cnf', 'vct', 'status']

function checkTopLevelNames(claims: JsonObject): FormatRefusal | undefined {
  const name = WRITTEN_HERE.find((written) => Object.hasOwn(claims, written))
  if (name !== undefined) return { code: 'claim_reserved', detail: name }
  const { aka_vcts: furtherTypes } = claims
  if (furtherTypes === undefined) return undefined
  const wellFormed = isJsonArray(furtherTypes) && furtherTypes.length > 0
  return wellFormed && furtherTypes.every((type) => typeof type === 'string' && type.trim() !== '')
    ? undefined
    : { code: 'aka_vcts_malformed' }
}

/** Names that SD-JWT keeps for itself (RFC 9901 §4.1), numbers that JSON cannot write, and depth. */
function checkClaims(value: JsonValue, depth: number): FormatRefusal | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return { code: 'claim_not_json' }
  if (typeof value !== 'object' || value === null) return undefined
  if (depth > MAX_DEPTH) return { code: 'nesting_too_deep' }
  const reserved = isJsonArray(value) ? undefined : Object.keys(value).find(isReservedName)
  if (reserved !== undefined) return { code: 'claim_reserved', detail: reserved }
  for (const inner of Object.values(value)) {
    const fault = checkClaims(inner, depth + 1)
    if (fault !== undefined) return fault
  }
  return undefined
}

/** The withholdable values as a tree along the claims. */
interface Mark {
  withholdable: boolean
  readonly below: Map<string | number, Mark>
}

function markPaths(claims: JsonObject, paths: readonly ClaimPath[]): Result<Mark, FormatRefusal> {
  const root: Mark = { withholdable: false, below: new Map() }
  if (paths.length > MAX_DISCLOSURES) return refuse({ code: 'too_many_disclosures' })
  for (const path of paths) {
    const [first] = path
    const detail = JSON.stringify(path)
    if (typeof first !== 'string' || path.length > MAX_DEPTH)
      return refuse({ code: 'path_malformed', detail })
    if (isAlwaysShown(first)) return refuse({ code: 'claim_not_disclosable', detail: first })
    const places = resolveClaimPath(claims, path)
    // An empty array has no elements to withhold; any other path that leads nowhere is a mistake that would
    // issue a claim in the open which was meant to be withholdable.
    if (places.length === 0 && !path.includes(null)) return refuse({ code: 'path_not_found', detail })
    for (const place of places) markPlace(root, place)
  }
  return ok(root)
}

function markPlace(root: Mark, place: readonly (string | number)[]): void {
  let mark = root
  for (const step of place) {
    let next = mark.below.get(step)
    if (next === undefined) {
      next = { withholdable: false, below: new Map() }
      mark.below.set(step, next)
    }
    mark = next
  }
  mark.withholdable = true
}

interface Writer {
  readonly crypto: CryptoEngine
  readonly disclosures: string[]
}

/** Inner values first: a disclosure's text contains the digests of what is withholdable within it (§4.2.6). */
async function conceal(value: JsonValue, mark: Mark, writer: Writer): Promise<JsonValue> {
  if (mark.below.size === 0) return value
  if (isJsonArray(value)) return concealElements(value, mark, writer)
  return isJsonObject(value) ? concealMembers(value, mark, writer, 0) : value
}

async function concealMembers(
  source: JsonObject,
  mark: Mark,
  writer: Writer,
  decoys: number,
): Promise<JsonObject> {
  const target: Record<string, JsonValue> = {}
  const digests: string[] = []
  for (const [name, value] of Object.entries(source)) {
    const inner = mark.below.get(name)
    const shown = inner === undefined ? value : await conceal(value, inner, writer)
    if (inner?.withholdable) digests.push(await disclose(name, shown, writer))
    else target[name] = shown
  }
  for (let count = 0; count < decoys; count++) digests.push(await decoy(writer.crypto))
  // §4.2.4.1: digests of salted text are random, so sorting them hides the order of the claims.
  return digests.length === 0 ? target : { ...target, _sd: digests.toSorted() }
}

async function concealElements(source: readonly JsonValue[], mark: Mark, writer: Writer): Promise<JsonValue> {
  const target: JsonValue[] = []
  for (const [index, element] of source.entries()) {
    const inner = mark.below.get(index)
    const shown = inner === undefined ? element : await conceal(element, inner, writer)
    target.push(inner?.withholdable ? { '...': await disclose(undefined, shown, writer) } : shown)
  }
  return target
}

async function disclose(name: string | undefined, value: JsonValue, writer: Writer): Promise<string> {
  const text = writeDisclosure(name, value, writer.crypto)
  writer.disclosures.push(text)
  return writer.crypto.digestBase64url(HASH, text)
}

/** §4.2.5: the digest of random text, which nobody can tell from that of a withheld claim. */
async function decoy(crypto: CryptoEngine): Promise<string> {
  return crypto.digestBase64url(HASH, encodeBase64url(crypto.randomBytes(DECOY_BYTES)))
}

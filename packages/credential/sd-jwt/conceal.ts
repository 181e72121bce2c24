/**
 * Makes claims withholdable (RFC 9901 §4.2): every value gets a fresh salt, and its digest goes where the order tells
 * nothing. Refuses what a verifier would have to reject. Knows no format: which names must stay in the open is told.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import {
  isJsonArray,
  isJsonObject,
  isSafeNumber,
  type JsonObject,
  type JsonValue,
} from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { resolveClaimPath } from '../contract/claim-path.ts'
import type { ClaimPath, FormatRefusal } from '../contract/format.ts'
import { writeDisclosure } from './disclosure.ts'
import { type AlwaysShown, isReservedName, MAX_DEPTH, MAX_DISCLOSURES } from './reserved-names.ts'

export interface Concealed {
  /** The claims with digests in the place of what may be withheld, `_sd_alg` included where there are digests. */
  readonly claims: JsonObject
  readonly disclosures: readonly string[]
}

export interface Concealment {
  readonly selectivelyDisclosable: readonly ClaimPath[]
  /** Decoy digests at the top level (§4.2.5). */
  readonly decoys?: number | undefined
  readonly isAlwaysShown: AlwaysShown
}

export async function conceal(
  claims: JsonObject,
  { decoys = 0, isAlwaysShown, selectivelyDisclosable }: Concealment,
  crypto: CryptoEngine,
): Promise<Result<Concealed, FormatRefusal>> {
  if (!Number.isSafeInteger(decoys) || decoys < 0 || decoys > MAX_DECOYS) {
    return refuse({ code: 'decoys_malformed' })
  }
  const fault = findClaimFault(claims, 1)
  if (fault !== undefined) return refuse(fault)
  const marks = markPaths(claims, selectivelyDisclosable, isAlwaysShown)
  if (!marks.ok) return marks
  const writer: Writer = { crypto, disclosures: [] }
  const concealed = await concealMembers(claims, marks.value, writer, decoys)
  const { disclosures } = writer
  if (disclosures.length > MAX_DISCLOSURES) return refuse({ code: 'too_many_disclosures' })
  const hashed = disclosures.length > 0 || Object.hasOwn(concealed, '_sd')
  return ok({ claims: { ...concealed, ...(hashed && { _sd_alg: HASH }) }, disclosures })
}

const HASH = 'sha-256'
const MAX_DECOYS = 100
const DECOY_BYTES = 32

/** Names that SD-JWT keeps for itself (§4.1), numbers that JSON cannot write, and depth; `depth` counts from 1. */
export function findClaimFault(value: JsonValue, depth: number): FormatRefusal | undefined {
  const isUnsafe = typeof value === 'symbol' || (typeof value === 'number' && !isSafeNumber(value))
  if (isUnsafe) return { code: 'claim_not_json' }
  if (typeof value !== 'object' || value === null) return undefined
  if (depth > MAX_DEPTH) return { code: 'nesting_too_deep' }
  const reserved = isJsonArray(value) ? undefined : Object.keys(value).find(isReservedName)
  if (reserved !== undefined) return { code: 'claim_reserved', detail: reserved }
  for (const inner of Object.values(value)) {
    const fault = findClaimFault(inner, depth + 1)
    if (fault !== undefined) return fault
  }
  return undefined
}

/** The withholdable values as a tree along the claims. */
interface Mark {
  withholdable: boolean
  readonly below: Map<string | number, Mark>
}

function markPaths(
  claims: JsonObject,
  paths: readonly ClaimPath[],
  isAlwaysShown: AlwaysShown,
): Result<Mark, FormatRefusal> {
  const root: Mark = { withholdable: false, below: new Map() }
  if (paths.length > MAX_DISCLOSURES) return refuse({ code: 'too_many_disclosures' })
  for (const path of paths) {
    const [first] = path
    const detail = JSON.stringify(path)
    if (typeof first !== 'string' || path.length > MAX_DEPTH) {
      return refuse({ code: 'path_malformed', detail })
    }
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
async function concealValue(value: JsonValue, mark: Mark, writer: Writer): Promise<JsonValue> {
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
    const shown = inner === undefined ? value : await concealValue(value, inner, writer)
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
    const shown = inner === undefined ? element : await concealValue(element, inner, writer)
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

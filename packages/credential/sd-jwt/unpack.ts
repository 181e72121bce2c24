/**
 * Puts disclosures back into the issuer's payload: RFC 9901 §7.1 step 3, every "MUST be rejected" of it. Any fault
 * rejects the whole, because a presentation that means two things to two verifiers is the attack. Knows digests and
 * disclosures, not who signed them.
 */

import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Awaitable, CryptoEngine, HashAlgorithm } from '@countersign/crypto/engine'
import type { ConcretePath } from '../contract/claim-path.ts'
import type { NumberRule } from '../contract/showable-claims.ts'
import { type Disclosure, type DisclosureRefusal, parseDisclosure } from './disclosure.ts'
import { type AlwaysShown, JWT_LIMITS, MAX_DEPTH } from './reserved-names.ts'

export type UnpackRefusal =
  | DisclosureRefusal
  | {
      readonly code:
        | 'hash_algorithm_unsupported'
        | 'disclosure_repeated' // the same text twice
        | 'disclosure_unreferenced' // no digest stands for it
        | 'disclosure_arity' // a member behind `...`, or an array element behind `_sd`
        | 'digest_repeated' // anywhere in the payload, inside disclosures included
        | 'digests_malformed' // `_sd` is not an array of strings
        | 'placeholder_malformed' // `...` beside other members, not in an array, or not a string
        | 'claim_collision' // the name exists at this level already
        | 'claim_not_disclosable' // the format demands that it is always shown
        | 'hash_algorithm_misplaced' // `_sd_alg` below the top level
        | 'nesting_too_deep'
    }

/** Where a disclosure's value landed in the processed payload. */
export interface Placement {
  /** Position among the disclosures as sent. */
  readonly index: number
  readonly path: ConcretePath
}

export interface Unpacked {
  /** Processed payload: without `_sd`, `...` and `_sd_alg`. */
  readonly claims: JsonObject
  readonly hashAlgorithm: HashAlgorithm
  readonly placements: readonly Placement[]
}

export async function unpack(
  payload: JsonObject,
  disclosureTexts: readonly string[],
  isAlwaysShown: AlwaysShown,
  crypto: Pick<CryptoEngine, 'digestBase64url'>,
  numbers: NumberRule,
): Promise<Result<Unpacked, UnpackRefusal>> {
  const hashAlgorithm = hashAlgorithmOf(payload)
  if (hashAlgorithm === undefined) return refuse({ code: 'hash_algorithm_unsupported' })
  const byDigest = await readDisclosures(disclosureTexts, hashAlgorithm, crypto, numbers)
  if (!byDigest.ok) return byDigest
  const work: Work = { byDigest: byDigest.value, seen: new Set(), placements: [], isAlwaysShown }
  const claims = unpackObject(payload, ROOT, work)
  if (!claims.ok) return claims
  // §7.1 step 5. Each digest is seen once, so counting is enough.
  return work.placements.length === disclosureTexts.length
    ? ok({ claims: claims.value, hashAlgorithm, placements: work.placements })
    : refuse({ code: 'disclosure_unreferenced' })
}

interface Sent extends Disclosure {
  readonly index: number
}

interface Work {
  readonly byDigest: ReadonlyMap<string, Sent>
  readonly seen: Set<string>
  readonly placements: Placement[]
  readonly isAlwaysShown: AlwaysShown
}

interface Place {
  readonly path: ConcretePath
  /** Within a claim that must always be shown. */
  readonly fixed: boolean
}

type Unpacking<T> = Result<T, UnpackRefusal>

const ROOT: Place = { path: [], fixed: false }

/** §4.1.1: sha-256 unless the top level says otherwise; comparison is case-sensitive. */
function hashAlgorithmOf(payload: JsonObject): HashAlgorithm | undefined {
  const name = payload._sd_alg ?? (Object.hasOwn(payload, '_sd_alg') ? null : 'sha-256')
  return name === 'sha-256' || name === 'sha-384' || name === 'sha-512' ? name : undefined
}

async function readDisclosures(
  texts: readonly string[],
  algorithm: HashAlgorithm,
  crypto: Pick<CryptoEngine, 'digestBase64url'>,
  numbers: NumberRule,
): Promise<Unpacking<ReadonlyMap<string, Sent>>> {
  const byDigest = new Map<string, Sent>()
  let valuesLeft: number = JWT_LIMITS.maxValues
  for (const [index, text] of texts.entries()) {
    const parsed = parseDisclosure(text, numbers, valuesLeft)
    if (!parsed.ok) return parsed
    valuesLeft -= countInner(parsed.value.value)
    // Most engines answer at once, and an await for each disclosure would cost more than its hash.
    const answer: Awaitable<string> = crypto.digestBase64url(algorithm, text)
    const digest = typeof answer === 'string' ? answer : await answer
    if (byDigest.has(digest)) return refuse({ code: 'disclosure_repeated' })
    byDigest.set(digest, { ...parsed.value, index })
  }
  return ok(byDigest)
}

/** Values inside of it: of one that is no object or array there are as few as there are disclosures. */
function countInner(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  for (const inner of isJsonArray(value) ? value : Object.values(value)) count += 1 + countInner(inner)
  return count
}

function unpackValue(value: JsonValue, place: Place, work: Work): Unpacking<JsonValue> {
  if (typeof value !== 'object' || value === null) return ok(value)
  if (place.path.length >= MAX_DEPTH) return refuse({ code: 'nesting_too_deep' })
  return isJsonArray(value) ? unpackArray(value, place, work) : unpackObject(value, place, work)
}

function unpackObject(source: JsonObject, place: Place, work: Work): Unpacking<JsonObject> {
  const target: Record<string, JsonValue> = {}
  const top = place.path.length === 0
  for (const name of Object.keys(source)) {
    if (name === '_sd') continue
    if (name === '...') return refuse({ code: 'placeholder_malformed' })
    if (name === '_sd_alg') {
      if (top) continue
      return refuse({ code: 'hash_algorithm_misplaced' })
    }
    const value = source[name]
    if (value === undefined) continue
    if (typeof value !== 'object' || value === null) {
      target[name] = value
      continue
    }
    const inner = unpackValue(value, below(place, name, top && work.isAlwaysShown(name)), work)
    if (!inner.ok) return inner
    target[name] = inner.value
  }
  return Object.hasOwn(source, '_sd') ? unpackMembers(source._sd, target, place, work) : ok(target)
}

/** §7.1 step 3.c: the claims behind `_sd`, checked against the names that the object has already. */
function unpackMembers(
  digests: JsonValue | undefined,
  target: Record<string, JsonValue>,
  place: Place,
  work: Work,
): Unpacking<JsonObject> {
  if (!isJsonArray(digests)) return refuse({ code: 'digests_malformed' })
  if (place.fixed) return refuse({ code: 'claim_not_disclosable' })
  for (const digest of digests) {
    if (typeof digest !== 'string') return refuse({ code: 'digests_malformed' })
    const found = lookUp(digest, work)
    if (!found.ok) return found
    if (found.value === undefined) continue
    const { name } = found.value
    if (name === undefined) return refuse({ code: 'disclosure_arity' })
    if (Object.hasOwn(target, name)) return refuse({ code: 'claim_collision' })
    if (place.path.length === 0 && work.isAlwaysShown(name)) return refuse({ code: 'claim_not_disclosable' })
    const inner = unpackDisclosed(found.value, name, place, work)
    if (!inner.ok) return inner
    target[name] = inner.value
  }
  return ok(target)
}

/** §7.1 step 3.d: placeholders are replaced, or leave the array when nothing was disclosed for them. */
function unpackArray(source: readonly JsonValue[], place: Place, work: Work): Unpacking<JsonValue> {
  const target: JsonValue[] = []
  for (const element of source) {
    if (!isJsonObject(element) || !Object.hasOwn(element, '...')) {
      const inner = unpackValue(element, below(place, target.length), work)
      if (!inner.ok) return inner
      target.push(inner.value)
      continue
    }
    const found = lookUpElement(element, place, work)
    if (!found.ok) return found
    if (found.value === undefined) continue
    const inner = unpackDisclosed(found.value, target.length, place, work)
    if (!inner.ok) return inner
    target.push(inner.value)
  }
  return ok(target)
}

function lookUpElement(placeholder: JsonObject, place: Place, work: Work): Unpacking<Sent | undefined> {
  const digest = placeholder['...']
  // §4.2.4.2: the placeholder has no other members.
  if (typeof digest !== 'string' || Object.keys(placeholder).length !== 1) {
    return refuse({ code: 'placeholder_malformed' })
  }
  if (place.fixed) return refuse({ code: 'claim_not_disclosable' })
  const found = lookUp(digest, work)
  return found.ok && found.value?.name !== undefined ? refuse({ code: 'disclosure_arity' }) : found
}

/** §7.1 step 4: digests of withheld claims and decoys count as seen, too. */
function lookUp(digest: string, work: Work): Unpacking<Sent | undefined> {
  if (work.seen.has(digest)) return refuse({ code: 'digest_repeated' })
  work.seen.add(digest)
  return ok(work.byDigest.get(digest))
}

function unpackDisclosed(sent: Sent, step: string | number, place: Place, work: Work): Unpacking<JsonValue> {
  const inside = below(place, step)
  work.placements.push({ index: sent.index, path: inside.path })
  return unpackValue(sent.value, inside, work)
}

function below(place: Place, step: string | number, fixed = false): Place {
  return { path: [...place.path, step], fixed: place.fixed || fixed }
}

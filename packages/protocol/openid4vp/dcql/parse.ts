/**
 * From JSON to a DCQL query (OpenID4VP 1.0 §6): all syntax rules, bounded in every direction. A query that comes out
 * of here has unique ids, and every id that a set names exists. Refuses to know formats: `meta` is kept as it came
 * and read by the format it is meant for, and a format nobody speaks is a well-formed query that matches nothing.
 */

import type { JsonObject, JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { ClaimPath } from '@countersign/credential/contract/format'
import {
  type Members,
  member,
  type RefusalAt,
  readFlag,
  readList,
  readObject,
  readOptional,
  readText,
  type ShapeRefusal,
} from './bounded-json.ts'
import type { ClaimsQuery, CredentialQuery, CredentialSetQuery, DcqlQuery } from './query.ts'

/** `at` is the JSON path of the offending value. */
export type DcqlRefusal =
  | ShapeRefusal
  /** Over all credential queries. */
  | (RefusalAt<'too_many_claims'> & { readonly max: number })
  | RefusalAt<
      | 'malformed_id'
      | 'duplicate_id'
      | 'unknown_id'
      | 'claim_sets_without_claims'
      | 'claim_without_id'
      | 'malformed_path'
      | 'duplicate_claim'
      | 'malformed_meta'
    >

export const DCQL_LIMITS = {
  credentials: 50,
  claims: 200,
  claimsInAll: 1_000,
  claimSets: 50,
  pathLength: 20,
  values: 100,
  credentialSets: 50,
  options: 50,
  authorities: 20,
  authorityValues: 100,
  idLength: 128,
  textLength: 1_024,
  metaDepth: 6,
  metaNodes: 500,
} as const

export interface DcqlParseOptions {
  /**
   * §6.3: a verifier must not point at one claim twice, a wallet ignores that it did. A verifier parses what it is
   * about to send with `refuse`; the default keeps duplicates, which disclose nothing twice.
   */
  readonly duplicateClaims?: 'refuse' | 'keep'
}

type Read<T> = Result<T, DcqlRefusal>

/** Checks the syntax rules of §6.1 to §6.4.1; unknown members are ignored everywhere. Never throws. */
export function parseDcqlQuery(value: unknown, options: DcqlParseOptions = {}): Read<DcqlQuery> {
  const query = readObject(value, '$')
  if (!query.ok) return query
  const credentials = readCredentials(member(query.value, 'credentials'), options)
  if (!credentials.ok) return credentials
  const known = new Set(credentials.value.map((credential) => credential.id))
  const sets = readOptional(member(query.value, 'credential_sets'), '$.credential_sets', (entries, at) =>
    readList(entries, at, DCQL_LIMITS.credentialSets, (entry, place) =>
      readCredentialSet(entry, place, known),
    ),
  )
  if (!sets.ok) return sets
  return ok({ credentials: credentials.value, credentialSets: sets.value })
}

function readCredentials(value: unknown, options: DcqlParseOptions): Read<readonly CredentialQuery[]> {
  const at = '$.credentials'
  const list = readList(value, at, DCQL_LIMITS.credentials, (entry, place) =>
    readCredential(entry, place, options),
  )
  if (!list.ok) return list
  const repeated = firstRepeated(list.value.map((credential) => credential.id))
  if (repeated !== undefined) return refuse({ code: 'duplicate_id', at: `${at}[${repeated}].id` })
  const claims = list.value.reduce((sum, credential) => sum + (credential.claims?.length ?? 0), 0)
  const max = DCQL_LIMITS.claimsInAll
  return claims > max ? refuse({ code: 'too_many_claims', at, max }) : list
}

function readCredential(value: unknown, at: string, options: DcqlParseOptions): Read<CredentialQuery> {
  const object = readObject(value, at)
  if (!object.ok) return object
  const identity = readIdentity(object.value, at)
  if (!identity.ok) return identity
  const flags = readFlags(object.value, at)
  if (!flags.ok) return flags
  const trustedAuthorities = readOptional(
    member(object.value, 'trusted_authorities'),
    `${at}.trusted_authorities`,
    (entries, place) => readList(entries, place, DCQL_LIMITS.authorities, readAuthority),
  )
  if (!trustedAuthorities.ok) return trustedAuthorities
  const claims = readClaims(object.value, at, options)
  if (!claims.ok) return claims
  return ok({
    ...identity.value,
    ...flags.value,
    trustedAuthorities: trustedAuthorities.value,
    ...claims.value,
  })
}

/** `meta` is required even where it is empty (§6.1). */
function readIdentity(object: Members, at: string): Read<Pick<CredentialQuery, 'id' | 'format' | 'meta'>> {
  const id = readId(member(object, 'id'), `${at}.id`)
  if (!id.ok) return id
  const format = readText(member(object, 'format'), `${at}.format`, DCQL_LIMITS.idLength)
  if (!format.ok) return format
  const meta = readMeta(member(object, 'meta'), `${at}.meta`)
  if (!meta.ok) return meta
  return ok({ id: id.value, format: format.value, meta: meta.value })
}

function readFlags(
  object: Members,
  at: string,
): Read<Pick<CredentialQuery, 'multiple' | 'requireHolderBinding'>> {
  const multiple = readFlag(member(object, 'multiple'), `${at}.multiple`, false)
  if (!multiple.ok) return multiple
  const name = 'require_cryptographic_holder_binding'
  const binding = readFlag(member(object, name), `${at}.${name}`, true)
  if (!binding.ok) return binding
  return ok({ multiple: multiple.value, requireHolderBinding: binding.value })
}

function readAuthority(value: unknown, at: string): Read<{ type: string; values: readonly string[] }> {
  const object = readObject(value, at)
  if (!object.ok) return object
  const type = readText(member(object.value, 'type'), `${at}.type`, DCQL_LIMITS.idLength)
  if (!type.ok) return type
  const values = readList(
    member(object.value, 'values'),
    `${at}.values`,
    DCQL_LIMITS.authorityValues,
    (text, place) => readText(text, place, DCQL_LIMITS.textLength),
  )
  return values.ok ? ok({ type: type.value, values: values.value }) : values
}

/** §6.4.1: `claim_sets` speaks of claims by id, so it needs claims, and an id on each of them. */
function readClaims(
  object: Members,
  at: string,
  options: DcqlParseOptions,
): Read<Pick<CredentialQuery, 'claims' | 'claimSets'>> {
  const claims = readOptional(member(object, 'claims'), `${at}.claims`, (entries, place) =>
    readList(entries, place, DCQL_LIMITS.claims, readClaim),
  )
  if (!claims.ok) return claims
  const repeated = findRepeatedClaim(claims.value ?? [], `${at}.claims`, options)
  if (repeated !== undefined) return refuse(repeated)
  const claimSets = member(object, 'claim_sets')
  if (claimSets === undefined) return ok({ claims: claims.value })
  if (claims.value === undefined) {
    return refuse({ code: 'claim_sets_without_claims', at: `${at}.claim_sets` })
  }
  const sets = readClaimSets(claimSets, at, claims.value)
  return sets.ok ? ok({ claims: claims.value, claimSets: sets.value }) : sets
}

function findRepeatedClaim(
  claims: readonly ClaimsQuery[],
  at: string,
  options: DcqlParseOptions,
): DcqlRefusal | undefined {
  const id = firstRepeated(claims.map((claim) => claim.id))
  if (id !== undefined) return { code: 'duplicate_id', at: `${at}[${id}].id` }
  if (options.duplicateClaims !== 'refuse') return undefined
  const path = firstRepeated(claims.map((claim) => JSON.stringify(claim.path)))
  return path === undefined ? undefined : { code: 'duplicate_claim', at: `${at}[${path}].path` }
}

function readClaimSets(
  value: unknown,
  at: string,
  claims: readonly ClaimsQuery[],
): Read<readonly (readonly string[])[]> {
  const nameless = claims.findIndex((claim) => claim.id === undefined)
  if (nameless >= 0) return refuse({ code: 'claim_without_id', at: `${at}.claims[${nameless}]` })
  const known = new Set(claims.map((claim) => claim.id))
  return readList(value, `${at}.claim_sets`, DCQL_LIMITS.claimSets, (set, place) =>
    readList(set, place, DCQL_LIMITS.claims, (id, idPlace) => readKnownId(id, idPlace, known)),
  )
}

function readClaim(value: unknown, at: string): Read<ClaimsQuery> {
  const object = readObject(value, at)
  if (!object.ok) return object
  const id = readOptional(member(object.value, 'id'), `${at}.id`, readId)
  if (!id.ok) return id
  const path = readPath(member(object.value, 'path'), `${at}.path`)
  if (!path.ok) return path
  const values = readOptional(member(object.value, 'values'), `${at}.values`, (entries, place) =>
    readList(entries, place, DCQL_LIMITS.values, readValue),
  )
  if (!values.ok) return values
  // Appendix B.2.4: a flag of mdocs, which wallets show.
  const retained = readFlag(member(object.value, 'intent_to_retain'), `${at}.intent_to_retain`, false)
  if (!retained.ok) return retained
  const flag = retained.value ? { intentToRetain: true } : {}
  return ok({ id: id.value, path: path.value, values: values.value, ...flag })
}

/** §7: member names, non-negative integers and null; an empty member name is a legal JSON name. */
function readPath(value: unknown, at: string): Read<ClaimPath> {
  return readList(value, at, DCQL_LIMITS.pathLength, (component, place): Read<string | number | null> => {
    if (component === null) return ok(null)
    if (typeof component === 'string') {
      return component.length > DCQL_LIMITS.textLength
        ? refuse({ code: 'too_long', at: place, max: DCQL_LIMITS.textLength })
        : ok(component)
    }
    const isIndex = typeof component === 'number' && Number.isSafeInteger(component) && component >= 0
    return isIndex ? ok(component) : refuse({ code: 'malformed_path', at: place })
  })
}

/** §6.3: strings, integers and booleans. An integer beyond 2^53 cannot be compared exactly, so it is refused. */
function readValue(value: unknown, at: string): Read<string | number | boolean> {
  if (typeof value === 'boolean') return ok(value)
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? ok(value) : refuse({ code: 'wrong_type', at, expected: 'value' })
  }
  if (typeof value !== 'string') return refuse({ code: 'wrong_type', at, expected: 'value' })
  const max = DCQL_LIMITS.textLength
  return value.length > max ? refuse({ code: 'too_long', at, max }) : ok(value)
}

function readCredentialSet(value: unknown, at: string, known: ReadonlySet<string>): Read<CredentialSetQuery> {
  const object = readObject(value, at)
  if (!object.ok) return object
  const options = readList(
    member(object.value, 'options'),
    `${at}.options`,
    DCQL_LIMITS.options,
    (option, place) =>
      readList(option, place, DCQL_LIMITS.credentials, (id, idPlace) => readKnownId(id, idPlace, known)),
  )
  if (!options.ok) return options
  const required = readFlag(member(object.value, 'required'), `${at}.required`, true)
  return required.ok ? ok({ options: options.value, required: required.value }) : required
}

const ID = /^[A-Za-z0-9_-]+$/

function readId(value: unknown, at: string): Read<string> {
  const text = readText(value, at, DCQL_LIMITS.idLength)
  if (!text.ok) return text
  return ID.test(text.value) ? text : refuse({ code: 'malformed_id', at })
}

function readKnownId(value: unknown, at: string, known: ReadonlySet<string | undefined>): Read<string> {
  const id = readId(value, at)
  if (!id.ok) return id
  return known.has(id.value) ? id : refuse({ code: 'unknown_id', at })
}

function readMeta(value: unknown, at: string): Read<JsonObject> {
  const object = readObject(value, at)
  if (!object.ok) return object
  return isMeta(object.value) ? ok(object.value) : refuse({ code: 'malformed_meta', at })
}

function isMeta(value: Members): value is JsonObject {
  return isBoundedJson(value, DCQL_LIMITS.metaDepth, { left: DCQL_LIMITS.metaNodes })
}

function isBoundedJson(value: unknown, depth: number, nodes: { left: number }): value is JsonValue {
  nodes.left -= 1
  if (nodes.left < 0 || depth < 0) return false
  if (value === null || typeof value === 'boolean') return true
  if (typeof value === 'string') return value.length <= DCQL_LIMITS.textLength
  // A number that cannot be carried stands where nobody reads it: what is read there is text.
  if (typeof value === 'number' || typeof value === 'symbol') return true
  if (typeof value !== 'object') return false
  return Object.values(value).every((entry) => isBoundedJson(entry, depth - 1, nodes))
}

/** Index of the first entry that was there before; absent entries do not repeat each other. */
function firstRepeated(entries: readonly (string | undefined)[]): number | undefined {
  const seen = new Set<string>()
  for (const [index, entry] of entries.entries()) {
    if (entry === undefined) continue
    if (seen.has(entry)) return index
    seen.add(entry)
  }
  return undefined
}

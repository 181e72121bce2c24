/**
 * What a decided verification takes in the store: half of it would be the names of its members, the same in every session.
 * Checks, credentials, events and times are lists here, each value at its place; texts that are there already - the id of a
 * query, a claim that says the type - are not written twice. Lists of words only grow at their ends: the place of a word is
 * what is stored. A word that is not in its list is stored as it is.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import type { Check, CheckName, CheckOutcome, ListedStatus } from '@countersign/credential/contract/checks'
import type { FormatId } from '@countersign/credential/contract/format-id'
import type {
  PresentationFacts,
  VerificationEventType,
  VerificationSession,
} from '@countersign/protocol/openid4vp/session'

type Judged = Extract<VerificationSession, { readonly state: 'verified' | 'rejected' | 'undetermined' }>
type Credential = Judged['credentials'][number] & { readonly claims?: JsonObject }

/** The members of a judged session that are packed. */
export type Unpacked = Pick<Judged, 'createdAt' | 'expiresAt' | 'events' | 'checks' | 'dcqlQuery'> & {
  readonly credentials: readonly Credential[]
}

export type Packed = readonly JsonValue[]

const NAMES: readonly CheckName[] = [
  'structure',
  'issuer_signature',
  'issuer_trust',
  'validity_period',
  'holder_binding',
  'status',
  'query_match',
  'policy',
  'same_device',
  'transaction_data',
]
const OUTCOMES: readonly CheckOutcome[] = ['passed', 'failed', 'undetermined', 'skipped']
const EVENTS: readonly VerificationEventType[] = [
  'created',
  'requested',
  'attempted',
  'answered',
  'returned',
  'verified',
  'rejected',
  'undetermined',
  'declined',
  'expired',
]

export function pack(session: Unpacked): Packed {
  const { checks, createdAt, credentials, dcqlQuery, events, expiresAt } = session
  const queries = queryIds(dcqlQuery)
  const anchors = anchorsOf(credentials)
  return [
    [createdAt, expiresAt - createdAt],
    events.map(({ at, detail, sequence, servedBy, type }, index) =>
      row(
        place(EVENTS, type),
        at - createdAt,
        servedBy,
        detail,
        sequence === index + 1 ? undefined : sequence,
      ),
    ),
    checks.map(({ detail, listed, name, outcome, policy, queryId }) =>
      row(
        place(NAMES, name),
        place(OUTCOMES, outcome),
        queryId === undefined ? undefined : place(queries, queryId),
        detail === undefined ? undefined : place(anchors, detail),
        listed && listedRow(listed),
        policy,
      ),
    ),
    credentials.map((credential) => credentialRow(credential, queries)),
  ]
}

export function unpack(packed: Packed, dcqlQuery: JsonObject): Omit<Unpacked, 'dcqlQuery'> {
  const [times = [], events = [], checks = [], packedCredentials = []] = packed.map(listOf)
  const [createdAt = 0, untilExpiry = 0] = times.map(Number)
  const queries = queryIds(dcqlQuery)
  const credentials = packedCredentials.map((credential) => credentialOf(credential, queries))
  const anchors = anchorsOf(credentials)
  return {
    createdAt,
    expiresAt: createdAt + untilExpiry,
    events: events.map((event, index) => {
      const [type, after, servedBy, detail, sequence] = listOf(event)
      return {
        sequence: numberOf(sequence) ?? index + 1,
        type: word(EVENTS, type),
        at: createdAt + Number(after),
        ...(typeof detail === 'string' && { detail }),
        ...(typeof servedBy === 'string' && { servedBy }),
      }
    }),
    checks: checks.map((check): Check => {
      const [name, outcome, query, detail, listed, policy] = listOf(check)
      return {
        name: word(NAMES, name),
        outcome: word(OUTCOMES, outcome),
        detail: detail === undefined || detail === null ? undefined : word(anchors, detail),
        queryId: query === undefined || query === null ? undefined : word(queries, query),
        policy: textOf(policy),
        listed: isJsonArray(listed) ? listedOf(listed) : undefined,
      }
    }),
    credentials,
  }
}

function credentialRow(
  { anchor, claimedIssuer, claims, facts, format, issuer, queryId, type }: Credential,
  queries: readonly string[],
): readonly JsonValue[] {
  return row(
    place(queries, queryId),
    format,
    saidBy(claims, type),
    issuer,
    saidBy(claims, claimedIssuer),
    anchor,
    facts && factsRow(facts),
    claims,
  )
}

function credentialOf(packed: JsonValue, queries: readonly string[]): Credential {
  const [query, format, type, issuer, claimedIssuer, anchor, facts, claims] = listOf(packed)
  const said = isJsonObject(claims) ? claims : undefined
  return {
    queryId: word(queries, query),
    format: word<FormatId>([], format),
    type: fromClaims(said, type) ?? '',
    ...(said !== undefined && { claims: said }),
    issuer: textOf(issuer),
    claimedIssuer: fromClaims(said, claimedIssuer),
    anchor: textOf(anchor),
    facts: isJsonArray(facts) ? factsOf(facts) : undefined,
  }
}

/** A claim at the top that says the same is named, in a list, in place of its text. */
function saidBy(claims: JsonObject | undefined, text: string | undefined): JsonValue | undefined {
  const named = Object.entries(claims ?? {}).find(([, value]) => value === text)
  return text !== undefined && named !== undefined ? [named[0]] : text
}

function fromClaims(claims: JsonObject | undefined, packed: JsonValue | undefined): string | undefined {
  if (!isJsonArray(packed)) return textOf(packed)
  const [name] = packed
  return typeof name === 'string' && claims !== undefined ? textOf(claims[name]) : undefined
}

function factsRow(facts: PresentationFacts): readonly JsonValue[] {
  const { algorithm, keyType, source, trustedUntil, validFrom, validUntil } = facts
  return row(algorithm, source, trustedUntil, keyType, validFrom, validUntil)
}

function factsOf(packed: JsonValue): PresentationFacts {
  const [algorithm, source, trustedUntil, keyType, validFrom, validUntil] = listOf(packed)
  return {
    algorithm: textOf(algorithm),
    source: textOf(source),
    trustedUntil: numberOf(trustedUntil),
    keyType: textOf(keyType),
    validFrom: numberOf(validFrom),
    validUntil: numberOf(validUntil),
  }
}

function listedRow({ anchor, goodUntil, index, issuedAt, purpose, uri }: ListedStatus): readonly JsonValue[] {
  return row(uri, index, issuedAt, goodUntil, purpose, anchor)
}

function listedOf(packed: JsonValue): ListedStatus {
  const [uri, index, issuedAt, goodUntil, purpose, anchor] = listOf(packed)
  return {
    uri: textOf(uri) ?? '',
    index: numberOf(index),
    purpose: textOf(purpose),
    issuedAt: numberOf(issuedAt),
    goodUntil: numberOf(goodUntil),
    anchor: textOf(anchor),
  }
}

/** What `issuer_trust` says in its detail. */
function anchorsOf(credentials: readonly Credential[]): readonly string[] {
  return credentials.map(({ anchor = '' }) => anchor)
}

function queryIds({ credentials }: JsonObject): readonly string[] {
  if (!isJsonArray(credentials)) return []
  return credentials.map((query) => (isJsonObject(query) ? (textOf(query.id) ?? '') : ''))
}

/** `null` where there is nothing, and no more of it than needed. */
function row(...values: readonly (JsonValue | undefined)[]): readonly JsonValue[] {
  const last = values.findLastIndex((value) => value !== undefined)
  return values.slice(0, last + 1).map((value) => value ?? null)
}

function listOf(packed: JsonValue): readonly JsonValue[] {
  if (!isJsonArray(packed)) throw new Error('a packed result that is none')
  return packed
}

function place(words: readonly string[], text: string): number | string {
  const at = words.indexOf(text)
  return at === -1 ? text : at
}

function word<Word extends string>(words: readonly Word[], packed: JsonValue | undefined): Word {
  const found = typeof packed === 'number' ? words[packed] : textOf(packed)
  if (found === undefined) throw new Error('a packed result with a word of another release')
  return found as Word
}

function textOf(packed: JsonValue | undefined): string | undefined {
  return typeof packed === 'string' ? packed : undefined
}

function numberOf(packed: JsonValue | undefined): number | undefined {
  return typeof packed === 'number' ? packed : undefined
}

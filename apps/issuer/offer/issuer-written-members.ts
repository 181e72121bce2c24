/**
 * Members of the given data that the issuer writes itself, by family of formats: dropped from the claims, but for the end of the
 * validity, which says how long the credential shall live. The moments themselves are set at issuance.
 */

import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import type { FormatFacts, FormatFamily } from '@countersign/credential/contract/format-facts'

export interface RemainingClaims {
  readonly claims: JsonObject
  /** Absent where the data does not say. */
  readonly lifetimeSeconds?: number
}

/** `now` in epoch seconds. */
export function takeIssuerWritten(
  { family, subjectMember }: Pick<FormatFacts, 'family' | 'subjectMember'>,
  data: JsonObject,
  now: number,
): RemainingClaims {
  const { dropped, end } = MEMBERS[family]
  const members = Object.entries(data).filter(([name]) => !dropped.includes(name))
  const claims = Object.fromEntries(
    members.map(([name, value]) => [name, name === subjectMember ? withoutId(value) : value]),
  )
  const endsAt = end.map((name) => momentOf(data[name])).find((moment) => moment !== undefined)
  if (endsAt === undefined) return { claims }
  return { claims, lifetimeSeconds: Math.max(1, Math.floor(endsAt - now)) }
}

interface IssuerWrittenMembers {
  readonly dropped: readonly string[]
  /** Those that say until when it is valid, the first that is there counts. */
  readonly end: readonly string[]
}

const jwtClaims: IssuerWrittenMembers = {
  dropped: ['iat', 'nbf', 'exp', 'iss', 'vct', 'cnf', 'status'],
  end: ['exp'],
}

const w3cMembers: IssuerWrittenMembers = {
  dropped: [
    'issuer',
    'issuanceDate',
    'expirationDate',
    'validFrom',
    'validUntil',
    'credentialStatus',
    'jwt:iss',
    'jwt:sub',
    'jwt:jti',
    'jwt:iat',
    'jwt:nbf',
    'jwt:exp',
  ],
  end: ['jwt:exp', 'validUntil', 'expirationDate'],
}

const MEMBERS: Readonly<Record<FormatFamily, IssuerWrittenMembers>> = {
  'sd-jwt-vc': jwtClaims,
  w3c: w3cMembers,
  mdoc: { dropped: [], end: [] },
}

function withoutId(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value
  const { id: _id, ...rest } = value
  return rest
}

/** Epoch seconds of a NumericDate or of a text of RFC 3339. */
function momentOf(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(value))
    return undefined
  const milliseconds = Date.parse(value)
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000
}

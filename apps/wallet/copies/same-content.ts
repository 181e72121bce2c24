/**
 * Whether two credentials say the same of their holder (OpenID4VCI 1.0 §3.3.2: one data set), whatever tells them apart as
 * credentials: key, times, place in a status list, the name that the key gives to its holder.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import type { HeldCredential } from '@countersign/credential/contract/format'
import type { FormatFacts } from '@countersign/credential/contract/format-facts'

type Facts = Pick<FormatFacts, 'envelope' | 'subjectMember'>

export function sameContent(format: Facts, one: HeldCredential, other: HeldCredential): boolean {
  return said(format, one) === said(format, other)
}

function said(format: Facts, { claimedIssuer, claims, type, unshown = [] }: HeldCredential): string {
  return JSON.stringify([type, claimedIssuer ?? null, inOrder(aboutHolder(format, claims)), unshown])
}

function aboutHolder({ envelope, subjectMember }: Facts, claims: JsonObject): JsonObject {
  const technical = new Set(envelope(claims))
  return Object.fromEntries(
    Object.entries(claims)
      .filter(([name]) => !technical.has(name))
      .map(([name, value]) => [name, name === subjectMember ? withoutId(value) : value]),
  )
}

/** A DID that is made of the key is another one in each. */
function withoutId(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value
  const { id: _id, ...rest } = value
  return rest
}

/** Members have no order, elements have. */
function inOrder(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return value.map(inOrder)
  if (!isJsonObject(value)) return value
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(members.map(([name, member]) => [name, inOrder(member)]))
}

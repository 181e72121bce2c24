/**
 * Credentials for somebody who is known when he comes: what the offer says of them is tried on the example of the type, held back,
 * and made when it is known who he is. Until then nothing waits in the session that could be issued.
 */
import type { JsonObject, JsonValue } from '@countersign/core/json'
import { isJsonArray, isJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type {
  HeldBackClaims,
  IssuableCredential,
  PromisedCredential,
} from '@countersign/protocol/openid4vci/session/state'
import { findType, type IssuableType } from '../types/issuable-types.ts'
import type { DisclosureMap } from './selective-disclosure.ts'

/** What of an order of a credential is said before its user is known. */
export interface OrderedTerms {
  readonly configurationId: string
  readonly claims: JsonObject
  readonly mapping?: JsonObject | undefined
  readonly disclosureMap?: DisclosureMap | undefined
  readonly lifetimeSeconds?: number | undefined
  readonly usualLifetimeSeconds?: number | undefined
}

/** The same with what the promise keeps beside it. */
export interface UserOrder extends OrderedTerms, Pick<PromisedCredential, 'issuerKey' | 'status'> {
  readonly issuerDid?: string | undefined
  readonly x5c?: readonly string[] | undefined
}

export interface UserClaimUnknown {
  readonly code: 'user_claim_unknown'
  readonly configurationId: string
  readonly at: string
}

/** The order, with what the example of its type has where something of the user goes. */
export function triedOnExample<Order extends OrderedTerms>(
  types: ReadonlyMap<string, IssuableType>,
  order: Order,
  userClaims: Readonly<Record<string, string>>,
): Result<Order, UserClaimUnknown> {
  const { configurationId } = order
  const example = findType(types, configurationId)?.example ?? {}
  let { claims } = order
  for (const place of Object.keys(userClaims)) {
    const value = valueAt(example, place)
    if (value === undefined) return refuse({ code: 'user_claim_unknown', configurationId, at: place })
    claims = put(claims, place, value)
  }
  return ok({ ...order, claims })
}

/** A promise of which only what is in it is not known yet: its claims, and what of them can be withheld. */
export function withoutContent({
  configurationId,
  deferral,
  issuer,
  issuerKey,
  status,
  type,
  x5c,
}: IssuableCredential): PromisedCredential {
  return { configurationId, deferral, issuer, issuerKey, status, type, x5c, selectivelyDisclosable: [] }
}

/** What the session keeps in place of a credential that was tried. */
export function heldBack(
  order: OrderedTerms,
  userClaims: Readonly<Record<string, string>>,
  tried: IssuableCredential,
): PromisedCredential {
  const { claims, disclosureMap, lifetimeSeconds, mapping, usualLifetimeSeconds } = order
  const selectiveDisclosure = disclosureMap as JsonObject | undefined
  return {
    ...withoutContent(tried),
    heldBack: { claims, userClaims, mapping, selectiveDisclosure, lifetimeSeconds, usualLifetimeSeconds },
  }
}

/** What of that which is known of somebody goes where; what nobody says of him is left out. */
export function userClaimsOf({ userClaims }: HeldBackClaims, known: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(userClaims).flatMap(([place, source]) => {
      const value = valueAt(known, source)
      return value === undefined || value === null ? [] : [[place, value]]
    }),
  )
}

/** The order that makes the credential of somebody, by what `userClaimsOf` found of him. */
export function orderFor(
  { configurationId, issuer: issuerDid, issuerKey, status, x5c }: PromisedCredential,
  { claims, mapping, selectiveDisclosure, lifetimeSeconds, usualLifetimeSeconds }: HeldBackClaims,
  user: JsonObject,
): UserOrder {
  return {
    configurationId,
    claims: Object.entries(user).reduce((made, [place, value]) => put(made, place, value), claims),
    issuerDid,
    issuerKey,
    status,
    x5c,
    mapping,
    disclosureMap: selectiveDisclosure as DisclosureMap | undefined,
    lifetimeSeconds,
    usualLifetimeSeconds,
  }
}

/** A name of a member as it stands, or a JSON Pointer (RFC 6901 §4). */
function stepsOf(place: string): readonly string[] {
  if (!place.startsWith('/')) return [place]
  return place
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function valueAt(json: JsonObject, place: string): JsonValue | undefined {
  let value: JsonValue | undefined = json
  for (const step of stepsOf(place)) value = memberOf(value, step)
  return value
}

function memberOf(value: JsonValue | undefined, step: string): JsonValue | undefined {
  if (isJsonArray(value)) return /^(0|[1-9]\d{0,4})$/.test(step) ? value[Number(step)] : undefined
  return isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
}

/** Objects on the way are made; what else is in the way is replaced. */
function put(json: JsonObject, place: string, value: JsonValue): JsonObject {
  return putAt(json, stepsOf(place), value)
}

function putAt(json: JsonObject, [step = '', ...deeper]: readonly string[], value: JsonValue): JsonObject {
  const before = Object.hasOwn(json, step) ? json[step] : undefined
  const after = deeper.length === 0 ? value : putAt(isJsonObject(before) ? before : {}, deeper, value)
  // Unlike an assignment this has no special names.
  return Object.fromEntries([...Object.entries(json).filter(([name]) => name !== step), [step, after]])
}

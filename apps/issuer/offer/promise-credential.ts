/**
 * What an offer promises, checked when the offer is made: the type is one that is issued here, the claims fit its schema, the
 * key can sign, and the format can issue it. So a wallet that comes with its code never meets bad data.
 */
import { defined, type JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { resolveClaimPath } from '@countersign/credential/contract/claim-path'
import type { ClaimPath } from '@countersign/credential/contract/format'
import type { FormatFamily, SignerProfile } from '@countersign/credential/contract/format-facts'
import type { Signer } from '@countersign/crypto/engine'
import type {
  AwaitedClaims,
  IssuableCredential,
  PromisedCredential,
} from '@countersign/protocol/openid4vci/session/state'
import type { Issuer } from '../issuer.ts'
import { findType, type IssuableType } from '../types/issuable-types.ts'
import { applyMapping, type MappingMistake } from '../types/mapping-functions.ts'
import { type CheckingPorts, checkIssuable, type UnissuableMistake } from './check-issuable.ts'
import { type ClaimsMistake, checkClaims } from './claims-schema.ts'
import { heldBack, triedOnExample, type UserClaimUnknown, withoutContent } from './held-back.ts'
import { type MemberMistake, takeIssuerWritten } from './issuer-written-members.ts'
import {
  type PromisedPeriod,
  promisedPeriod,
  type TimeMistake,
  takeDistances,
  takePeriod,
} from './period-members.ts'
import { type DisclosureMap, type DisclosureMapMistake, selectivePaths } from './selective-disclosure.ts'

export interface CredentialOrder {
  readonly configurationId: string
  readonly claims: JsonObject
  readonly mapping?: JsonObject | undefined
  readonly disclosureMap?: DisclosureMap | undefined
  readonly issuerKey?: JsonObject | undefined
  readonly issuerDid?: string | undefined
  /** Certificates in base64 DER, the leaf first. */
  readonly x5c?: readonly string[] | undefined
  /** Of an mdoc, whose data does not say it. */
  readonly lifetimeSeconds?: number | undefined
  /** Of a credential in any format, where neither data nor mapping say it; that of the type when absent. */
  readonly usualLifetimeSeconds?: number | undefined
  /** The claims are asked for there when the wallet comes, and `claims` is an example of them. */
  readonly awaited?: Pick<AwaitedClaims, 'url' | 'header'> | undefined
  /** Where it is absent, the credential gets a status if the issuer has status lists. */
  readonly status?: boolean | undefined
  /** Whether somebody has to agree before it is issued. */
  readonly deferred?: boolean | undefined
  /** What of it comes from whoever the user turns out to be: where it goes, and where it stands. */
  readonly userClaims?: Readonly<Record<string, string>> | undefined
}

export type PromiseRefusal =
  | {
      readonly code: 'configuration_unknown'
      readonly configurationId: string
      readonly known: readonly string[]
    }
  | { readonly code: 'configuration_repeated'; readonly configurationId: string }
  | { readonly code: 'issuer_key_unusable'; readonly reason: string }
  | { readonly code: 'status_unavailable' }
  | MappingMistake
  | ClaimsMistake
  | DisclosureMapMistake
  | DisclosureChoice
  | UnissuableMistake
  | TimeMistake
  | MemberMistake
  | ValidityDays
  | UserClaimUnknown

/** `mdocValidityDays` beside a format whose data says itself until when it is good. */
interface ValidityDays {
  readonly code: 'validity_days_not_taken'
  readonly configurationId: string
}

/** What can be withheld is fixed by the format. */
interface DisclosureChoice {
  readonly code: 'disclosure_not_chosen'
  readonly configurationId: string
}

export type PromisingPorts = CheckingPorts & Pick<Issuer, 'types' | 'signerFor' | 'openCallerKey'>

export async function promiseCredentials(
  issuer: PromisingPorts,
  orders: readonly CredentialOrder[],
  user: PromisedUser = 'nobody',
): Promise<Result<readonly PromisedCredential[], PromiseRefusal>> {
  const promised: PromisedCredential[] = []
  for (const order of orders) {
    const kept = await promiseOne(issuer, order, user)
    if (!kept.ok) return kept
    const one = kept.value
    const { configurationId } = one
    if (promised.some((before) => before.configurationId === configurationId)) {
      return refuse({ code: 'configuration_repeated', configurationId })
    }
    promised.push(one)
  }
  return ok(promised)
}

/** `known_later`: it is found out who comes, and nothing is promised to anybody else. */
export type PromisedUser = 'nobody' | 'known_later'

async function promiseOne(
  issuer: PromisingPorts,
  order: CredentialOrder,
  user: PromisedUser,
): Promise<Result<PromisedCredential, PromiseRefusal>> {
  const { awaited, userClaims = {} } = order
  if (user === 'nobody' || awaited !== undefined) {
    const issuable = await promiseCredential(issuer, order)
    return issuable.ok ? ok(withoutAwaited(order, issuable.value)) : issuable
  }
  const example = triedOnExample(issuer.types, order, userClaims)
  if (!example.ok) return example
  const tried = await promiseCredential(issuer, example.value)
  return tried.ok ? ok(heldBack(order, userClaims, tried.value)) : tried
}

/** Nothing of the holder waits in the session: what was tried is thrown away, and tried again with what comes. */
function withoutAwaited(
  { awaited, disclosureMap, mapping, usualLifetimeSeconds }: CredentialOrder,
  issuable: IssuableCredential,
): PromisedCredential {
  if (awaited === undefined) return issuable
  const terms = { mapping, selectiveDisclosure: disclosureMap as JsonObject | undefined }
  return {
    ...withoutContent(issuable),
    awaited: { ...awaited, ...terms, lifetimeSeconds: usualLifetimeSeconds },
  }
}

export async function promiseCredential(
  issuer: PromisingPorts,
  order: CredentialOrder,
): Promise<Result<IssuableCredential, PromiseRefusal>> {
  const type = findType(issuer.types, order.configurationId)
  if (type === undefined) {
    const known = [...issuer.types.keys()]
    return refuse({ code: 'configuration_unknown', configurationId: order.configurationId, known })
  }
  const { status } = order
  if (status === true && issuer.statusLists === undefined) return refuse({ code: 'status_unavailable' })
  const format = issuer.formats.spoken(type.configuration.format)
  const given = takeGiven(issuer, order, type, format.family)
  if (!given.ok) return given
  const { claims, period } = given.value
  const checked = await checkClaims(type, claims)
  if (!checked.ok) return checked
  const paths = disclosablePaths(order, type, claims)
  if (!paths.ok) return paths
  const key = await usableKey(issuer, order, format.signerProfile)
  if (!key.ok) return key
  const promised = {
    configurationId: type.configuration.id,
    type: type.configuration.type,
    claims,
    selectivelyDisclosable: paths.value,
    ...period,
    status,
    deferral: order.deferred === true ? ('pending' as const) : undefined,
    ...key.value.kept,
  }
  const issuable = await checkIssuable(issuer, type, promised, key.value.signer)
  return issuable.ok ? ok(promised) : issuable
}

interface Given {
  /** What is left of the data when the members are out that the issuer writes. */
  readonly claims: JsonObject
  readonly period: PromisedPeriod
}

function takeGiven(
  issuer: PromisingPorts,
  order: CredentialOrder,
  type: IssuableType,
  family: FormatFamily,
): Result<Given, MappingMistake | TimeMistake | MemberMistake | ValidityDays> {
  const { id: configurationId, type: name } = type.configuration
  if (order.lifetimeSeconds !== undefined && family !== 'mdoc') {
    return refuse({ code: 'validity_days_not_taken', configurationId })
  }
  const timed = takeDistances(family, order.mapping ?? {})
  if (!timed.ok) return timed
  const mapped = mapClaims(issuer, { ...order, mapping: timed.value.mapping }, type)
  if (!mapped.ok) return mapped
  const now = issuer.now()
  const taken = takePeriod(family, mapped.value, timed.value.distances, now)
  if (!taken.ok) return refuse({ code: 'time_refused', configurationId, ...taken.error })
  const ownClaims = new Set(type.configuration.claims.map(({ path }) => String(path[0])))
  const claims = takeIssuerWritten(family, taken.value.claims, {
    type: name,
    issuer: order.issuerDid ?? issuer.baseUrl,
    ownClaims,
  })
  if (!claims.ok) return refuse({ code: 'member_issuer_written', configurationId, ...claims.error })
  const lifetimeSeconds = order.lifetimeSeconds ?? order.usualLifetimeSeconds ?? type.lifetimeSeconds
  return ok({ claims: claims.value, period: promisedPeriod(taken.value.period, lifetimeSeconds, now) })
}

function mapClaims(
  issuer: PromisingPorts,
  { claims, mapping = {}, issuerDid }: CredentialOrder,
  type: IssuableType,
): Result<JsonObject, MappingMistake> {
  return applyMapping(claims, mapping, {
    now: issuer.now(),
    randomUuid: () => randomUuid(issuer),
    issuer: issuerDid ?? issuer.baseUrl,
    display: type.configuration.display.map(({ locale, name }) => defined({ name, locale })),
  })
}

function disclosablePaths(
  { configurationId, disclosureMap }: CredentialOrder,
  type: IssuableType,
  claims: JsonObject,
): Result<readonly ClaimPath[], DisclosureMapMistake | DisclosureChoice> {
  if (disclosureMap === undefined) return ok(presentPaths(type, claims))
  if (!type.choosesDisclosures) return refuse({ code: 'disclosure_not_chosen', configurationId })
  return selectivePaths(disclosureMap, claims)
}

function presentPaths(type: IssuableType, claims: JsonObject): readonly ClaimPath[] {
  return type.selectivelyDisclosable.filter((path) => resolveClaimPath(claims, path).length > 0)
}

interface UsableKey {
  readonly signer: Signer
  /** What the session keeps of a key that the call brought along. */
  readonly kept: Pick<PromisedCredential, 'issuerKey' | 'x5c' | 'issuer'>
}

/** A key that cannot sign is found out now, not when the wallet asks. */
async function usableKey(
  issuer: PromisingPorts,
  order: CredentialOrder,
  profile: SignerProfile,
): Promise<Result<UsableKey, PromiseRefusal>> {
  if (order.issuerKey === undefined) return ok({ signer: issuer.signerFor(profile), kept: {} })
  const opened = await issuer.openCallerKey.signer(order.issuerKey, order.x5c, profile, order.issuerDid)
  if (!opened.ok) return refuse({ code: 'issuer_key_unusable', reason: opened.error.code })
  const { x5c } = opened.value
  const { issuerKey, issuerDid } = order
  return ok({ signer: opened.value, kept: { issuerKey, x5c, issuer: issuerDid } })
}

function randomUuid({ crypto }: Pick<Issuer, 'crypto'>): string {
  const bytes = crypto.randomBytes(16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

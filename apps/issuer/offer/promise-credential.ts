/**
 * What an offer promises, checked when the offer is made: the type is one that is issued here, the claims fit its schema, the
 * key can sign, and the format can issue it. So a wallet that comes with its code never meets bad data.
 */
import { defined, type JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { resolveClaimPath } from '@countersign/credential/contract/claim-path'
import type { ClaimPath } from '@countersign/credential/contract/format'
import type { SignerProfile } from '@countersign/credential/contract/format-facts'
import type { Signer } from '@countersign/crypto/engine'
import type { PromisedCredential } from '@countersign/protocol/openid4vci/session/state'
import type { Issuer } from '../issuer.ts'
import { findType, type IssuableType } from '../types/issuable-types.ts'
import { applyMapping, type MappingMistake } from '../types/mapping-functions.ts'
import { type CheckingPorts, checkIssuable, type UnissuableMistake } from './check-issuable.ts'
import { type ClaimsMistake, checkClaims } from './claims-schema.ts'
import { takeIssuerWritten } from './issuer-written-members.ts'
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
  /** Counts before the end of the validity that the claims name. */
  readonly lifetimeSeconds?: number | undefined
  /** Where it is absent, the credential gets a status if the issuer has status lists. */
  readonly status?: boolean | undefined
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

/** What can be withheld is fixed by the format. */
interface DisclosureChoice {
  readonly code: 'disclosure_not_chosen'
  readonly configurationId: string
}

export type PromisingPorts = CheckingPorts & Pick<Issuer, 'types' | 'signerFor' | 'openCallerKey'>

export async function promiseCredentials(
  issuer: PromisingPorts,
  orders: readonly CredentialOrder[],
): Promise<Result<readonly PromisedCredential[], PromiseRefusal>> {
  const promised: PromisedCredential[] = []
  for (const order of orders) {
    const one = await promiseCredential(issuer, order)
    if (!one.ok) return one
    const { configurationId } = one.value
    if (promised.some((before) => before.configurationId === configurationId)) {
      return refuse({ code: 'configuration_repeated', configurationId })
    }
    promised.push(one.value)
  }
  return ok(promised)
}

async function promiseCredential(
  issuer: PromisingPorts,
  order: CredentialOrder,
): Promise<Result<PromisedCredential, PromiseRefusal>> {
  const type = findType(issuer.types, order.configurationId)
  if (type === undefined) {
    const known = [...issuer.types.keys()]
    return refuse({ code: 'configuration_unknown', configurationId: order.configurationId, known })
  }
  const { status } = order
  if (status === true && issuer.statusLists === undefined) return refuse({ code: 'status_unavailable' })
  const mapped = mapClaims(issuer, order, type)
  if (!mapped.ok) return mapped
  const format = issuer.formats.spoken(type.configuration.format)
  const taken = takeIssuerWritten(format, mapped.value, issuer.now())
  const { claims } = taken
  const checked = checkClaims(type, claims)
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
    lifetimeSeconds: order.lifetimeSeconds ?? taken.lifetimeSeconds ?? type.lifetimeSeconds,
    status,
    ...key.value.kept,
  }
  const issuable = await checkIssuable(issuer, type, promised, key.value.signer)
  return issuable.ok ? ok(promised) : issuable
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

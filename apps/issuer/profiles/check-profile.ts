/**
 * What of a profile would fail whatever claims come: found when it is written, and everything at once. Its members are tried one by
 * one on the example of its type, which stands for the claims that nobody knows yet, and then all together.
 */
import type { Profile } from '@countersign/api/issuer/profiles'
import type { JsonObject } from '@countersign/core/json'
import { resolveClaimPath } from '@countersign/credential/contract/claim-path'
import type { Issuer } from '../issuer.ts'
import type { OfferRefusal } from '../offer/create-offer.ts'
import { triedOnExample } from '../offer/held-back.ts'
import {
  type CredentialOrder,
  type PromiseRefusal,
  type PromisingPorts,
  promiseCredential,
} from '../offer/promise-credential.ts'
import { authenticationBy, findUserRefusal, type UserPorts, type UserRefusal } from '../offer/user-terms.ts'
import { findType, type IssuableType } from '../types/issuable-types.ts'
import { claimsOver, credentialOrder, type OrderingPorts } from './profile-order.ts'

export type ProfileMistake =
  | PromiseRefusal
  | Extract<OfferRefusal, { readonly code: 'redemptions_not_taken' }>
  | { readonly code: 'key_unknown'; readonly name: string; readonly known: readonly string[] }
  | { readonly code: 'webhook_not_allowed'; readonly reason: string }
  | { readonly code: 'claim_unknown'; readonly at: string }
  | UserRefusal
  /** Nobody is asked anything when a wallet comes by itself. */
  | { readonly code: 'open_needs_browser' }
  | { readonly code: 'open_needs_claims' }

export type CheckingProfiles = PromisingPorts & OrderingPorts & UserPorts & Pick<Issuer, 'claimsWebhooks'>

export async function profileMistakes(
  issuer: CheckingProfiles,
  profile: Profile,
): Promise<readonly ProfileMistake[]> {
  const { credentialConfigurationId: configurationId, key } = profile
  const apart = [
    ...keyMistakes(issuer, key),
    ...webhookMistakes(issuer, profile),
    ...browserMistakes(profile),
    ...(await userMistakes(issuer, profile)),
  ]
  const type = findType(issuer.types, configurationId)
  if (type === undefined)
    return [{ code: 'configuration_unknown', configurationId, known: [...issuer.types.keys()] }, ...apart]
  const written = { ...credentialOrder(issuer, profile, {}), awaited: undefined }
  const order = { ...written, claims: claimsOver(type.example, written.claims) }
  const named = unknownClaims(type, profile.selectiveDisclosure, order.claims)
  const alone = await tryEach(issuer, type, order, apart.length === 0)
  const found = [...apart, ...named, ...alone]
  return found.length > 0 ? found : tryOne(issuer, order)
}

function keyMistakes(
  { issuerNames }: Pick<Issuer, 'issuerNames'>,
  name: string | undefined,
): readonly ProfileMistake[] {
  if (name === undefined || issuerNames.has(name)) return []
  return [{ code: 'key_unknown', name, known: [...issuerNames.keys()] }]
}

function browserMistakes(profile: Profile): readonly ProfileMistake[] {
  const { authenticationMethod = 'PRE_AUTHORIZED', claims, maxRedemptions = 1, openToWallets } = profile
  const isPreAuthorized = authenticationMethod === 'PRE_AUTHORIZED'
  const mistakes: ProfileMistake[] = []
  if (maxRedemptions > 1 && isPreAuthorized) mistakes.push({ code: 'redemptions_not_taken' })
  if (openToWallets === true && isPreAuthorized) mistakes.push({ code: 'open_needs_browser' })
  if (openToWallets === true && claims.source === 'given') mistakes.push({ code: 'open_needs_claims' })
  return mistakes
}

function webhookMistakes(
  { claimsWebhooks }: Pick<Issuer, 'claimsWebhooks'>,
  { claims }: Profile,
): readonly ProfileMistake[] {
  if (claims.source !== 'webhook') return []
  const reason = claimsWebhooks === undefined ? 'unavailable' : claimsWebhooks.judge(claims.url)
  return reason === undefined ? [] : [{ code: 'webhook_not_allowed', reason }]
}

async function userMistakes(
  issuer: UserPorts & Pick<Issuer, 'types'>,
  { authenticationMethod, credentialConfigurationId: configurationId, userClaims = {}, vpRequest }: Profile,
): Promise<readonly ProfileMistake[]> {
  const unavailable = await findUserRefusal(issuer, authenticationBy(authenticationMethod, vpRequest))
  const tried = triedOnExample(issuer.types, { configurationId, claims: {} }, userClaims)
  const isUnknown = issuer.types.has(configurationId) && !tried.ok
  return [...(unavailable === undefined ? [] : [unavailable]), ...(isUnknown ? [tried.error] : [])]
}

/** Names that no credential of this type has, unless somebody brings more than the type knows. */
function unknownClaims(
  type: Pick<IssuableType, 'configuration'>,
  map: Profile['selectiveDisclosure'],
  claims: JsonObject,
  above: readonly string[] = [],
): readonly ProfileMistake[] {
  return Object.entries(map?.fields ?? {}).flatMap(([name, { children }]): readonly ProfileMistake[] => {
    const path = [...above, name]
    const isKnown = type.configuration.claims.some((claim) =>
      path.every((step, at) => (claim.path[at] ?? step) === step),
    )
    if (!isKnown && resolveClaimPath(claims, path).length === 0)
      return [{ code: 'claim_unknown', at: path.join('.') }]
    return unknownClaims(type, children, claims, path)
  })
}

/** Each member that can fail by itself, on the example alone. */
async function tryEach(
  issuer: PromisingPorts,
  type: IssuableType,
  { claims, configurationId, disclosureMap, issuerDid, issuerKey, mapping, status }: CredentialOrder,
  keyIsKnown: boolean,
): Promise<readonly PromiseRefusal[]> {
  const plain = { configurationId, claims: type.example }
  const orders: readonly CredentialOrder[] = [
    { configurationId, claims },
    ...(mapping === undefined ? [] : [{ ...plain, mapping }]),
    ...(disclosureMap === undefined ? [] : [{ ...plain, disclosureMap }]),
    ...(issuerKey === undefined || !keyIsKnown ? [] : [{ ...plain, issuerKey, issuerDid }]),
    ...(status === undefined ? [] : [{ ...plain, status }]),
  ]
  return (await Promise.all(orders.map((order) => tryOne(issuer, order)))).flat()
}

async function tryOne(issuer: PromisingPorts, order: CredentialOrder): Promise<readonly PromiseRefusal[]> {
  const tried = await promiseCredential(issuer, order)
  return tried.ok || isAboutExample(tried.error) ? [] : [tried.error]
}

/** What the claims of an offer may have otherwise than the example. */
function isAboutExample(refusal: PromiseRefusal): boolean {
  if (refusal.code === 'selective_disclosure') return true
  return refusal.code === 'claims_unissuable' && OF_THE_HOLDER.includes(refusal.reason)
}

/** A document says where it comes from, and so does the certificate of its signer. */
const OF_THE_HOLDER = ['issuing_country_differs', 'issuing_jurisdiction_differs']

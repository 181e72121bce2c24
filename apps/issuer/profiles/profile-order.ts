/** An offer by a profile, as an issue call would order it. */
import type { Profile, ProfileOffer } from '@countersign/api/issuer/profiles'
import { type TermsMistake, termsMistakes } from '@countersign/api/issuer/users'
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { CONFIGURED_KEY, type Issuer, type KnownProfile } from '../issuer.ts'
import type { CreateOffer } from '../offer/create-offer.ts'
import type { CredentialOrder } from '../offer/promise-credential.ts'
import type { DisclosureMap } from '../offer/selective-disclosure.ts'
import { txCodeOrder } from '../offer/tx-code-order.ts'
import { authenticationBy } from '../offer/user-terms.ts'
import { findType } from '../types/issuable-types.ts'

export type OrderingPorts = Pick<Issuer, 'types' | 'issuerNames'>

export type ProfileOrderRefusal =
  /** They are asked for elsewhere. */
  | { readonly code: 'claims_not_taken' }
  /** What the profile and the offer say together. */
  | { readonly code: 'terms_contradict'; readonly mistakes: readonly TermsMistake[] }

export function orderByProfile(
  issuer: OrderingPorts,
  { name, profile, version }: KnownProfile,
  { claims, overrides = {} }: ProfileOffer,
): Result<Omit<CreateOffer, 'callback' | 'ttlSeconds'>, ProfileOrderRefusal> {
  if (profile.claims.source === 'webhook' && claims !== undefined) return refuse({ code: 'claims_not_taken' })
  const { txCodeValue, valueMode, ...terms } = overrides
  const agreed = { ...profile, ...terms }
  const { authenticationMethod, maxRedemptions, txCode, vpRequest } = agreed
  const mistakes = termsMistakes({ ...agreed, txCodeValue })
  if (mistakes.length > 0) return refuse({ code: 'terms_contradict', mistakes })
  return ok({
    credentials: [credentialOrder(issuer, agreed, claims ?? {})],
    txCode:
      txCode === undefined && txCodeValue === undefined ? undefined : txCodeOrder({ txCode, txCodeValue }),
    authentication: authenticationBy(authenticationMethod, vpRequest),
    maxRedemptions,
    byValue: valueMode === 'BY_VALUE',
    profile: { name, version },
  })
}

/** `given`: those that the offer brings. Where they are asked for, an example stands for them. */
export function credentialOrder(
  { issuerNames, types }: OrderingPorts,
  profile: Profile,
  given: JsonObject,
): CredentialOrder {
  const { claims, credentialConfigurationId: configurationId, key, mapping, status, validityDays } = profile
  const { userClaims } = profile
  return {
    configurationId,
    claims:
      claims.source === 'webhook'
        ? (findType(types, configurationId)?.example ?? {})
        : claimsOver(claims.source === 'constant' ? claims.data : {}, given),
    awaited: claims.source === 'webhook' ? { url: claims.url, header: claims.header } : undefined,
    mapping,
    disclosureMap: profile.selectiveDisclosure as DisclosureMap | undefined,
    issuerKey: key === undefined ? undefined : { type: CONFIGURED_KEY, name: key },
    issuerDid: key === undefined ? undefined : issuerNames.get(key),
    status,
    userClaims,
    usualLifetimeSeconds: validityDays === undefined ? undefined : validityDays * 86_400,
  }
}

/** Objects member by member; everything else is put in the place of what was there. */
export function claimsOver(defaults: JsonObject, given: JsonObject): JsonObject {
  const merged = new Map<string, JsonValue>(Object.entries(defaults))
  for (const [name, value] of Object.entries(given)) {
    const before = merged.get(name)
    merged.set(name, isJsonObject(before) && isJsonObject(value) ? claimsOver(before, value) : value)
  }
  return Object.fromEntries(merged)
}

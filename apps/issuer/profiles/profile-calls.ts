/** What the API does with profiles. Loaded with the first call about one. */
import type { Profile, ProfileOffer } from '@countersign/api/issuer/profiles'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { CallbackAddress } from '@countersign/service/callbacks/parse-callback'
import type { Issuer } from '../issuer.ts'
import { type CreatedOffer, createOffer, type OfferPorts, type OfferRefusal } from '../offer/create-offer.ts'
import { findType } from '../types/issuable-types.ts'
import { type CheckingProfiles, type ProfileMistake, profileMistakes } from './check-profile.ts'
import { type FindingPorts, findProfile, listProfiles } from './find-profile.ts'
import { openProfilesFor } from './open-profiles.ts'
import { type OrderingPorts, orderByProfile, type ProfileOrderRefusal } from './profile-order.ts'
import {
  deleteProfile,
  type Expected,
  type ProfileShelf,
  type StoredProfile,
  type StoringRefusal,
  storeProfile,
} from './stored-profiles.ts'

export { findProfile, listProfiles }

export type ChangeRefusal =
  | StoringRefusal
  | { readonly code: 'profiles_unavailable' }
  | { readonly code: 'profile_from_file' }

export type WriteRefusal =
  | ChangeRefusal
  | { readonly code: 'profile_mistaken'; readonly mistakes: readonly ProfileMistake[] }
  /** Another one is open for what this issues. */
  | { readonly code: 'profile_open_taken'; readonly by: string }

type ChangingPorts = FindingPorts & Pick<Issuer, 'now'>

/** It is judged before anything is looked up: what cannot be issued is nobody's profile. */
export async function writeProfile(
  issuer: CheckingProfiles & ChangingPorts,
  name: string,
  profile: Profile,
  expected: Expected,
): Promise<Result<StoredProfile, WriteRefusal>> {
  const shelf = shelfFor(issuer, name)
  if (!shelf.ok) return shelf
  const mistakes = await profileMistakes(issuer, profile)
  if (mistakes.length > 0) return refuse({ code: 'profile_mistaken', mistakes })
  const openFor = profile.openToWallets === true ? configurationOf(issuer, profile) : undefined
  if (openFor !== undefined) {
    const others = await openProfilesFor(issuer, openFor)
    const other = others.find((one) => one.name !== name)
    if (other !== undefined) return refuse({ code: 'profile_open_taken', by: other.name })
  }
  const now = Math.floor(issuer.now())
  return storeProfile(shelf.value, { name, profile, expected, now, openFor: openFor ?? null })
}

function configurationOf({ types }: Pick<Issuer, 'types'>, profile: Profile): string | undefined {
  return findType(types, profile.credentialConfigurationId)?.configuration.id
}

export async function removeProfile(
  issuer: ChangingPorts,
  name: string,
  expected: Expected,
): Promise<Result<undefined, ChangeRefusal>> {
  const shelf = shelfFor(issuer, name)
  if (!shelf.ok) return shelf
  return deleteProfile(shelf.value, { name, expected, now: Math.floor(issuer.now()) })
}

function shelfFor(
  { columns, database, ownProfiles }: FindingPorts,
  name: string,
): Result<ProfileShelf, ChangeRefusal> {
  if (ownProfiles.has(name)) return refuse({ code: 'profile_from_file' })
  return database === undefined ? refuse({ code: 'profiles_unavailable' }) : ok({ columns, database })
}

export type ProfileOfferRefusal = OfferRefusal | ProfileOrderRefusal | { readonly code: 'profile_unknown' }

export async function offerByProfile(
  issuer: OfferPorts & OrderingPorts & FindingPorts,
  name: string,
  offer: ProfileOffer,
  settings: { readonly callback?: CallbackAddress | undefined; readonly ttlSeconds?: number | undefined },
): Promise<
  Result<CreatedOffer & { readonly profile: { name: string; version: number } }, ProfileOfferRefusal>
> {
  const known = await findProfile(issuer, name)
  if (known === undefined) return refuse({ code: 'profile_unknown' })
  const order = orderByProfile(issuer, known, offer)
  if (!order.ok) return order
  const created = await createOffer(issuer, { ...order.value, ...settings })
  if (!created.ok) return created
  return ok({ ...created.value, profile: { name: known.name, version: known.version } })
}

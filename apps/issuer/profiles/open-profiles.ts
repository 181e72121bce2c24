/**
 * Profiles that are open to wallets, by what they issue. One counts for each configuration: where two are open nobody could say
 * which one a wallet means, so neither is had.
 */
import type { Issuer, KnownProfile } from '../issuer.ts'
import { findType } from '../types/issuable-types.ts'
import type { FindingPorts } from './find-profile.ts'
import { readOpenProfiles } from './stored-profiles.ts'

export type OpenPorts = FindingPorts & Pick<Issuer, 'types'>

export async function openProfileFor(
  issuer: OpenPorts,
  configurationId: string,
): Promise<KnownProfile | undefined> {
  const [first, second] = await openProfilesFor(issuer, configurationId)
  return second === undefined ? first : undefined
}

export async function openProfilesFor(
  { columns, database, ownProfiles, types }: OpenPorts,
  configurationId: string,
): Promise<readonly KnownProfile[]> {
  const own = [...ownProfiles.values()].filter(
    ({ profile }) =>
      profile.openToWallets === true &&
      findType(types, profile.credentialConfigurationId)?.configuration.id === configurationId,
  )
  const stored = database === undefined ? [] : await readOpenProfiles({ columns, database }, configurationId)
  return [...own, ...stored.filter(({ name }) => !ownProfiles.has(name))]
}

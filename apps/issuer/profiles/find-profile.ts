/** A profile by its name: one of a file counts before one of the API. */
import type { Issuer, KnownProfile } from '../issuer.ts'
import { readProfile, readProfiles } from './stored-profiles.ts'

export type FindingPorts = Pick<Issuer, 'ownProfiles' | 'database' | 'columns'>

export async function findProfile(
  { columns, database, ownProfiles }: FindingPorts,
  name: string,
): Promise<KnownProfile | undefined> {
  const own = ownProfiles.get(name)
  if (own !== undefined || database === undefined) return own
  return readProfile({ columns, database }, name)
}

/** By their names. */
export async function listProfiles({
  columns,
  database,
  ownProfiles,
}: FindingPorts): Promise<readonly KnownProfile[]> {
  const stored = database === undefined ? [] : await readProfiles({ columns, database })
  return [...ownProfiles.values(), ...stored.filter(({ name }) => !ownProfiles.has(name))].toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  )
}

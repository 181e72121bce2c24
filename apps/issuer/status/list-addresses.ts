/** Where the lists are published. A credential carries the address for life, so a list keeps the base it was made under. */
import type { IssuedCredentialRow, StatusListRow } from '../database/schema.ts'

export const statusPurposes = ['revocation', 'suspension'] as const
export type StatusPurpose = (typeof statusPurposes)[number]

/** The lists of a pair that a credential names. */
export function namedPurposes(purpose: IssuedCredentialRow['purpose']): readonly StatusPurpose[] {
  return purpose === null ? statusPurposes : [purpose]
}

type Addressed = Pick<StatusListRow, 'id' | 'base_url'>

export function tokenListUri({ id, base_url: base }: Addressed): string {
  return `${base}/status/token/${id}`
}

export function bitstringListUri({ id, base_url: base }: Addressed, purpose: StatusPurpose): string {
  return `${base}/status/bitstring/${id}/${purpose}`
}

/** The list that an address leads to, whatever its base: ids are random. Undefined for any other address. */
export function listIdOf(uri: string): string | undefined {
  return /\/status\/(?:token|bitstring)\/([A-Za-z0-9_-]{22})(?:\/(?:revocation|suspension))?$/.exec(uri)?.[1]
}

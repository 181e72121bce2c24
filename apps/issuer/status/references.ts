/**
 * How a credential refers to its place in a status list (Token Status List §6.1, Bitstring Status List §2.1). Makes
 * references; which place is given is decided in `allocate-index.ts`.
 */
import type { FormatFacts, StatusListKind } from '@countersign/credential/contract/format-facts'
import type { StatusReference } from '@countersign/credential/contract/status-reference'
import type { IssuedCredentialRow, ListKind } from '../database/schema.ts'
import type { StatusPlace } from './allocate-index.ts'
import { bitstringListUri, namedPurposes, tokenListUri } from './list-addresses.ts'

const LARGEST_LIST = 1_048_576

type NamedPurpose = IssuedCredentialRow['purpose']

/** One Token Status List is published as JWT and as CWT, so credentials that want either share it. */
export const LIST_KINDS: Readonly<Record<StatusListKind, ListKind>> = {
  'token-jwt': 'token',
  'token-cwt': 'token',
  bitstring: 'bitstring',
}

/** `oneStatus` of a format, as what a row of the log keeps of it. */
export function purposeOf({ oneStatus }: Pick<FormatFacts, 'oneStatus'>): NamedPurpose {
  return oneStatus === true ? 'revocation' : null
}

/** The two lists of a W3C credential share one place: one says revoked, the other suspended. Of version 1.1 it names the first. */
export function statusReferences(
  { list, index }: StatusPlace,
  named: NamedPurpose,
): readonly StatusReference[] {
  if (list.kind === 'token') return [{ mechanism: 'token_status_list', uri: tokenListUri(list), index }]
  return namedPurposes(named).map((purpose) => ({
    mechanism: 'bitstring_status_list',
    uri: bitstringListUri(list, purpose),
    index,
    purpose,
    size: 1,
  }))
}

/** References at their longest, for those who try an issuance and keep nothing of it. */
export function longestReferences(
  format: Pick<FormatFacts, 'statusList' | 'oneStatus'>,
  baseUrl: string,
): readonly StatusReference[] {
  const kind = LIST_KINDS[format.statusList]
  const list = { id: 'A'.repeat(22), kind, base_url: baseUrl, size: LARGEST_LIST }
  return statusReferences({ list, index: LARGEST_LIST - 1 }, purposeOf(format))
}

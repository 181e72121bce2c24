/**
 * How a credential refers to its place in a status list (Token Status List §6.1, Bitstring Status List §2.1). Makes
 * references; which place is given is decided in `allocate-index.ts`.
 */
import type { StatusListKind } from '@countersign/credential/contract/format-facts'
import type { StatusReference } from '@countersign/credential/contract/status-reference'
import type { ListKind } from '../database/schema.ts'
import type { StatusPlace } from './allocate-index.ts'
import { bitstringListUri, statusPurposes, tokenListUri } from './list-addresses.ts'

const LARGEST_LIST = 1_048_576

/** One Token Status List is published as JWT and as CWT, so credentials that want either share it. */
export const LIST_KINDS: Readonly<Record<StatusListKind, ListKind>> = {
  'token-jwt': 'token',
  'token-cwt': 'token',
  bitstring: 'bitstring',
}

/** The two lists of a W3C credential share one place: one says revoked, the other suspended. */
export function statusReferences({ list, index }: StatusPlace): readonly StatusReference[] {
  if (list.kind === 'token') return [{ mechanism: 'token_status_list', uri: tokenListUri(list), index }]
  return statusPurposes.map((purpose) => ({
    mechanism: 'bitstring_status_list',
    uri: bitstringListUri(list, purpose),
    index,
    purpose,
    size: 1,
  }))
}

/** References at their longest, for those who try an issuance and keep nothing of it. */
export function longestReferences(statusList: StatusListKind, baseUrl: string): readonly StatusReference[] {
  const list = { id: 'A'.repeat(22), kind: LIST_KINDS[statusList], base_url: baseUrl, size: LARGEST_LIST }
  return statusReferences({ list, index: LARGEST_LIST - 1 })
}

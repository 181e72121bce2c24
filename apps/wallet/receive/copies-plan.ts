/**
 * How many credentials of one content are asked for at once (OpenID4VCI 1.0 §3.3.2): as many as the issuer gives and the wallet
 * wants, where each can be bound to a bare key of its own. Pure.
 */
import type { OfferedConfiguration } from '@countersign/protocol/openid4vci/metadata/read-metadata'

export interface CopiesPlan {
  /** Absent: one, for the holder's key. */
  readonly copies?: number | undefined
  /** Why it is one. */
  readonly single?: SingleReason | undefined
}

export type SingleReason =
  /** The wallet wants no copies. */
  | 'not_wanted'
  /** The issuer gives one at a time. */
  | 'not_given'
  /** The holder wants it to know him by a DID: then all copies would have one key. */
  | 'did_chosen'
  /** It is bound to no bare key. */
  | 'no_bare_key'

interface CopiesInput {
  /** What the issuer announces; 1: no batches. */
  readonly batchSize: number
  /** What this wallet wants. */
  readonly wanted: number
  /** Whom the holder chose. */
  readonly did?: string | undefined
}

export function planCopies(
  { bindingMethods, proofRequired }: Pick<OfferedConfiguration, 'bindingMethods' | 'proofRequired'>,
  { batchSize, did, wanted }: CopiesInput,
): CopiesPlan {
  if (wanted < 2) return { single: 'not_wanted' }
  if (batchSize < 2) return { single: 'not_given' }
  if (did !== undefined) return { single: 'did_chosen' }
  const isBare = bindingMethods.includes('jwk') || bindingMethods.includes('cose_key')
  return proofRequired && isBare ? { copies: Math.min(batchSize, wanted) } : { single: 'no_bare_key' }
}

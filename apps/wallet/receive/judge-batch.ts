/**
 * Credentials of a batch, each for the key that it is bound to, in whatever order they came (OpenID4VCI 1.0 §8.3: the order means
 * nothing). Fewer than were asked for are taken; one that is nobody's, one for a key that has one, or one that says something else
 * makes the whole answer one that is not kept.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { RECEIVED } from '@countersign/core/size-limits'
import type { HeldCredential } from '@countersign/credential/contract/format'
import { sameKey } from '@countersign/crypto/jwk'
import type { PrivateJwk } from '@countersign/keys/signers/software-key'
import type { NewCopy } from '../copies/copies.ts'
import { sameContent } from '../copies/same-content.ts'
import type { Wallet } from '../wallet.ts'
import type { PlannedConfiguration } from './issuance-plan.ts'

export type UnacceptableReason =
  | 'size'
  | 'unreadable'
  | 'type'
  | 'binding'
  | 'key_repeated'
  | 'content_differs'

export interface JudgedBatch {
  /** What the card shows: the first. */
  readonly content: string
  readonly held: HeldCredential
  readonly copies: readonly NewCopy[]
}

export async function judgeBatch(
  wallet: Wallet,
  configuration: Pick<PlannedConfiguration, 'format' | 'type'>,
  keys: readonly PrivateJwk[],
  credentials: readonly string[],
): Promise<Result<JudgedBatch, UnacceptableReason>> {
  const format = wallet.formats.get(configuration.format)
  const copies: NewCopy[] = []
  let first: HeldCredential | undefined
  for (const content of credentials) {
    const opened = await openedFor(wallet, configuration, content)
    if (!opened.ok) return opened
    const { holderKey } = opened.value
    const privateJwk = holderKey && keys.find((key) => sameKey(key, holderKey))
    if (format === undefined || privateJwk === undefined) return refuse('binding')
    if (copies.some((copy) => copy.privateJwk === privateJwk)) return refuse('key_repeated')
    first ??= opened.value
    if (!sameContent(format, first, opened.value)) return refuse('content_differs')
    copies.push({ privateJwk, content })
  }
  const [shown] = copies
  return shown === undefined || first === undefined
    ? refuse('unreadable')
    : ok({ content: shown.content, held: first, copies })
}

/** Readable, and of the type that was offered; whose it is, nobody asks here. */
export async function openedFor(
  wallet: Wallet,
  { format, type }: Pick<PlannedConfiguration, 'format' | 'type'>,
  content: string,
): Promise<Result<HeldCredential, 'size' | 'unreadable' | 'type'>> {
  if (content.length > RECEIVED.credential) return refuse('size')
  const opened = await wallet.formats.get(format)?.open(content, wallet.crypto)
  if (opened?.ok !== true) return refuse('unreadable')
  return type !== undefined && opened.value.type !== type ? refuse('type') : opened
}

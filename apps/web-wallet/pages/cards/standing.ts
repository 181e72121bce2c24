/** Whether a card still counts, in one word of the wallet's: by its own dates, and by what its issuer's lists say. Pure. */
import type { CredentialStatus } from '@countersign/api/wallet/credentials'
import { validityAt } from './validity.ts'

export type Standing =
  | 'ended'
  | 'revoked'
  | 'suspended'
  /** A list says that it counts. */
  | 'valid'
  /** It names no list: its issuer cannot take it back. */
  | 'unlisted'
  /** Its list did not answer, or is nobody's who is believed. */
  | 'unknown'

/** `now`: epoch seconds. What stands against the card comes first: one list that says so is enough. */
export function standingOf(
  lists: readonly Pick<CredentialStatus, 'status'>[],
  expiresAt: number | undefined,
  now: number,
): Standing {
  const said = lists.map(({ status }) => status)
  if (said.includes('revoked')) return 'revoked'
  if (validityAt(expiresAt, now).state === 'ended') return 'ended'
  if (said.includes('suspended')) return 'suspended'
  if (said.includes('undetermined')) return 'unknown'
  return said.length === 0 ? 'unlisted' : 'valid'
}

/**
 * Statuses of presented credentials, from lists that their issuers publish. A list counts when its signer leads to the
 * same anchor as the credential's issuer, or to one that is configured for status lists.
 */
import type { FormatRegistry } from '@countersign/credential/contract/registry'
import { checkStatus, toStatusCheck } from '@countersign/status-list/check-status'
import type { StatusLists } from '@countersign/status-list/status-list'
import type { StatusChecker } from '../verifier.ts'
import { listedStatus } from './presentation-facts.ts'

export interface StatusCheckerOptions {
  readonly formats: FormatRegistry
  readonly lists: StatusLists
  /** Names of anchors whose lists count whoever issued the credential. */
  readonly listAnchors: () => readonly string[]
  /** Epoch seconds. */
  readonly now: () => number
}

export function statusChecker({ formats, listAnchors, lists, now }: StatusCheckerOptions): StatusChecker {
  return async ({ anchor, format, issuer, statuses }, timeLeftMs) => {
    const outcome = await checkStatus(statuses, {
      lists,
      timeLeftMs,
      listAnchors: listAnchors(),
      now: now(),
      listKind: formats.spoken(format).statusList,
      credentialAnchor: anchor,
      credentialIssuer: issuer,
    })
    return { ...toStatusCheck(outcome), listed: listedStatus(outcome.decidedBy, anchor) }
  }
}

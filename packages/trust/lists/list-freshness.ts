/**
 * Whether a signed list of anchors is the one to use now: neither from the future nor past its next update, and not an
 * older issue than one that was seen before, which somebody might serve to bring back an anchor that was taken out.
 */

export interface ListIssue {
  /** Epoch seconds. */
  readonly issuedAt: number
  /** Absent: the list says nothing about the next. */
  readonly nextUpdate?: number | undefined
  /** Sequence number; absent where the list has none. */
  readonly issue?: number | undefined
}

export interface ListExpectation {
  /** Epoch seconds. */
  readonly now: number
  /** Sequence number of the newest issue that was used before, from wherever the caller keeps it. */
  readonly lastIssue?: number | undefined
  /** When that one was issued; counts where it had no number. Epoch seconds. */
  readonly lastIssuedAt?: number | undefined
  /** How long a list is used after its next update was due, in seconds; 0 when absent. */
  readonly graceSeconds?: number | undefined
  /** Clock difference tolerated, in seconds; 300 when absent. */
  readonly skewSeconds?: number | undefined
}

export interface ListFreshnessRefusal {
  readonly code: 'list_from_future' | 'list_outdated' | 'list_rolled_back'
}

export function findListFault(
  { issuedAt, nextUpdate, issue }: ListIssue,
  { now, lastIssue, lastIssuedAt = 0, graceSeconds = 0, skewSeconds = 300 }: ListExpectation,
): ListFreshnessRefusal | undefined {
  if (issuedAt > now + skewSeconds) return { code: 'list_from_future' }
  if (nextUpdate !== undefined && now > nextUpdate + graceSeconds) return { code: 'list_outdated' }
  // One that numbered its issues once does not stop doing so.
  const isOlder = lastIssue === undefined ? issuedAt < lastIssuedAt : issue === undefined || issue < lastIssue
  return isOlder ? { code: 'list_rolled_back' } : undefined
}

/** Until when anchors of the list count. */
export function usableUntil(
  { nextUpdate }: ListIssue,
  { graceSeconds = 0 }: ListExpectation,
): number | undefined {
  return nextUpdate === undefined ? undefined : nextUpdate + graceSeconds
}

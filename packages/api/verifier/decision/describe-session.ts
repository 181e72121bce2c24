/** A whole verification, and what came and decided nothing, as people read it. */

import { describeCheck } from './describe-check.ts'
import type { CheckToDescribe, DescribedOutcome } from './described-check.ts'
import { utc, type WallClock } from './shown-text.ts'
import type { DecisionTexts } from './texts.ts'

export type SessionState =
  | 'created'
  | 'requested'
  | 'answered'
  | 'verified'
  | 'rejected'
  | 'undetermined'
  | 'declined'
  | 'expired'

export interface SessionToDescribe {
  readonly state: SessionState
  /** Of an answer; what is missing, where it waits. */
  readonly checks?: readonly CheckToDescribe[] | undefined
  /** The wallet's error code, of a decline. */
  readonly reason?: string | undefined
}

export function describeOutcome(
  { checks = [], reason, state }: SessionToDescribe,
  texts: DecisionTexts,
  clock: WallClock = utc,
): DescribedOutcome {
  const { outcome } = texts
  const why = (of: CheckToDescribe['outcome']) => firstMeaning(checks, of, texts, clock)
  switch (state) {
    case 'created':
    case 'requested':
      return { verdict: 'open', sentence: outcome[state] }
    case 'answered':
      return {
        verdict: 'open',
        sentence: outcome.answered(why('undetermined')),
        advice: outcome.advice.answered,
      }
    case 'verified':
      return { verdict: 'verified', sentence: outcome.verified }
    case 'rejected':
      return {
        verdict: 'not_verified',
        sentence: outcome.rejected(why('failed')),
        advice: outcome.advice.rejected(leftOpen(checks)),
      }
    case 'undetermined':
      return {
        verdict: 'could_not_be_checked',
        sentence: outcome.undetermined(why('undetermined')),
        advice: outcome.advice.undetermined,
      }
    case 'declined':
      return {
        verdict: 'declined',
        sentence: outcome[saysNo(reason) ? 'declined' : 'unable'],
        advice: outcome.advice.declined,
      }
    case 'expired':
      return { verdict: 'expired', sentence: outcome.expired, advice: outcome.advice.expired }
  }
}

export function describeAttempt(
  attempt: { readonly kind: 'declined'; readonly reason: string } | { readonly kind: 'stranger' },
  { attempts }: DecisionTexts,
): string {
  if (attempt.kind === 'stranger') return attempts.stranger
  return attempts[saysNo(attempt.reason) ? 'declined' : 'unable']
}

/** OpenID4VP 1.0 §8.5: a person, or a wallet that has nothing that fits; the other codes are about the request. */
function saysNo(reason: string | undefined): boolean {
  return reason === undefined || reason === 'access_denied'
}

function leftOpen(checks: readonly CheckToDescribe[]): number {
  return checks.filter(({ outcome }) => outcome === 'undetermined').length
}

/** In the order of the checks, which is that of their weight. */
function firstMeaning(
  checks: readonly CheckToDescribe[],
  outcome: CheckToDescribe['outcome'],
  texts: DecisionTexts,
  clock: WallClock,
): string | undefined {
  const first = checks.find((check) => check.outcome === outcome)
  return first && describeCheck(first, texts, clock).meaning
}

import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import type { Verifier } from './verifier.ts'

/** What is there longer than its result can be read is there for those who are told of it, and for nobody else. */
export function isPastRetention(
  { limits, now }: Pick<Verifier, 'limits' | 'now'>,
  { expiresAt }: VerificationSession,
): boolean {
  return now() >= expiresAt + limits.resultRetentionSeconds
}

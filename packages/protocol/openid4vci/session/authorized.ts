/** An issuance that has its token: who may hear that token again. */
import { ok, type Result, refuse } from '@countersign/core/result'
import { PRE_AUTHORIZED_CODE } from '../../oauth/grants/pre-authorized-code.ts'
import type { IssuanceRefusal, TokenRequested } from './message.ts'
import { type AuthorizedIssuance, grantTypeOf, type IssuanceSession } from './state.ts'

/** How long the sender of a token request may ask again for an answer that it did not get, in seconds. */
export const TOKEN_RETRY_SECONDS = 60

/**
 * The honest retry: whoever proves possession of the key that the token is bound to gets the same token again for a
 * short while, until the first credential: who has one has had the token, and comes with a used code (RFC 6749 §4.1.2,
 * FAPI 2.0 §5.3.2.2). A bearer client cannot prove that it asked before, so for it the code is simply spent.
 */
export function repeatToken(
  session: AuthorizedIssuance,
  message: TokenRequested,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  const { grant } = session
  const sameGrant = grantTypeOf(grant) === message.grantType
  const sameSender = grant.senderKey !== undefined && grant.senderKey === message.senderKey
  const inTime = now < grant.issuedAt + TOKEN_RETRY_SECONDS
  const unused = Object.keys(session.issued).length === 0
  const honest = sameGrant && sameSender && inTime && unused && knowsWhatGuardsTheCode(message)
  return honest ? ok(session) : refuse({ code: 'code_spent' })
}

function knowsWhatGuardsTheCode(message: TokenRequested): boolean {
  switch (message.grantType) {
    case PRE_AUTHORIZED_CODE:
      return message.txCode === 'correct' || message.txCode === 'none'
  }
}

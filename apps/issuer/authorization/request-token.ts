/**
 * The token endpoint for pre-authorized codes (OpenID4VCI 1.0 §6). The compare-and-set on the session is what spends
 * the code; the token is derived from the session, so whoever is entitled to hear it again hears the same one.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { readDerivedSecret, writeDerivedSecret } from '@countersign/protocol/oauth/derived-secret'
import {
  type IssuanceMessage,
  type IssuanceRefusal,
  type IssuanceSession,
  stepIssuance,
} from '@countersign/protocol/openid4vci/session/session'
import { type TokenRequest, writeTokenResponse } from '@countersign/protocol/openid4vci/token'
import { type SessionUnknown, stepSession } from '@countersign/service/sessions/session-transition'
import type { Issuer } from '../issuer.ts'
import { txCodeHash } from '../offer/create-offer.ts'
import { type ReceivedProof, type SenderRefusal, senderKey } from './sender-key.ts'

export type TokenRefusal =
  | SenderRefusal
  | IssuanceRefusal
  | SessionUnknown
  | { readonly code: 'code_unknown' }
  | { readonly code: 'tx_code_wrong' }

export async function requestToken(
  issuer: Issuer,
  request: TokenRequest,
  dpop: ReceivedProof | undefined,
): Promise<Result<ReturnType<typeof writeTokenResponse>, TokenRefusal>> {
  const sender = await senderKey(issuer, dpop)
  if (!sender.ok) return sender
  const sessionId = await readDerivedSecret(
    'pre-authorized_code',
    request.preAuthorizedCode,
    issuer.macs.grant,
  )
  if (sessionId === undefined) return refuse({ code: 'code_unknown' })

  const now = issuer.now()
  const moved = await stepSession(issuer, sessionId, async (session) =>
    stepIssuance(session, await tokenMessage(issuer, session, request, sender.value), now),
  )
  if (!moved.ok) return moved
  return answer(issuer, moved.value.after, now)
}

async function tokenMessage(
  issuer: Issuer,
  session: IssuanceSession,
  request: TokenRequest,
  sender: string | undefined,
): Promise<IssuanceMessage> {
  const { bearerTtlSeconds, boundTtlSeconds } = issuer.limits
  return {
    type: 'token_requested',
    txCode: await judgeTxCode(issuer, session, request.txCode),
    tokenTtlSeconds: sender === undefined ? bearerTtlSeconds : boundTtlSeconds,
    ...(sender !== undefined && { senderKey: sender }),
  }
}

type TxCodeFact = Extract<IssuanceMessage, { type: 'token_requested' }>['txCode']

async function judgeTxCode(
  issuer: Issuer,
  session: IssuanceSession,
  given: string | undefined,
): Promise<TxCodeFact> {
  const { txCode } = session
  if (txCode === undefined) return given === undefined ? 'none' : 'unexpected'
  if (given === undefined) return 'missing'
  // Both sides are keyed hashes, so the time that the comparison takes tells nothing about the code.
  return (await txCodeHash(issuer, session.id, given)) === txCode.hash ? 'correct' : 'wrong'
}

async function answer(
  issuer: Issuer,
  session: IssuanceSession,
  now: number,
): Promise<Result<ReturnType<typeof writeTokenResponse>, TokenRefusal>> {
  // The wrong transaction code was counted: that is the step, and there is no token.
  if (session.state === 'offered' || session.state === 'closed') return refuse({ code: 'tx_code_wrong' })
  const { grant } = session
  if (now >= grant.expiresAt) return refuse({ code: 'code_spent' })
  return ok(
    writeTokenResponse({
      accessToken: await writeDerivedSecret('access_token', session.id, issuer.macs.grant),
      tokenType: grant.senderKey === undefined ? 'Bearer' : 'DPoP',
      // Counted from the first answer, so that a repeated answer is the same to the byte.
      expiresIn: grant.expiresAt - grant.issuedAt,
    }),
  )
}

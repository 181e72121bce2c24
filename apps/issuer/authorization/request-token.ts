/**
 * The token endpoint (OpenID4VCI 1.0 §6). The compare-and-set on the session is what spends the code; the token is derived
 * from the session, so whoever is entitled to hear it again hears the same one. What differs from grant to grant is in
 * the entries of `grant-handlers.ts`.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { writeDerivedSecret } from '@countersign/protocol/oauth/derived-secret'
import {
  type AuthorizedCredential,
  credentialIdentifierOf,
} from '@countersign/protocol/openid4vci/authorization-details'
import { namesCredentials } from '@countersign/protocol/openid4vci/session/issued'
import type { IssuanceRefusal, TokenRequested } from '@countersign/protocol/openid4vci/session/message'
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import { stepIssuance } from '@countersign/protocol/openid4vci/session/step'
import { type AskedToken, writeTokenResponse } from '@countersign/protocol/openid4vci/token'
import {
  type SessionPorts,
  type SessionUnknown,
  stepSession,
} from '@countersign/service/sessions/session-transition'
import {
  type AuthenticatedClient,
  authenticateClient,
  type ClientPorts,
  type ClientRefusal,
  type ReceivedClient,
} from './client-authentication.ts'
import type { GrantEvidenceRefusal, GrantPorts } from './grant-handler.ts'
import { findSession, gatherFacts } from './grant-handlers.ts'
import { refreshSecondsFor, refreshTokenOf } from './refresh-token.ts'
import {
  proveSenderKey,
  type ReceivedProof,
  type SenderPorts,
  type SenderRefusal,
} from './sender-constraint.ts'

export type TokenRefusal =
  | ClientRefusal
  | SenderRefusal
  | GrantEvidenceRefusal
  | IssuanceRefusal
  | SessionUnknown
  | { readonly code: 'tx_code_wrong' }
  /** Every token is bound to a key here, and no key was proven. */
  | { readonly code: 'dpop_missing' }

export type TokenPorts = ClientPorts & SenderPorts & GrantPorts & SessionPorts<IssuanceSession>

type TokenResponse = ReturnType<typeof writeTokenResponse>

/** Who asks for a token. */
export interface TokenRequester {
  readonly client: ReceivedClient
  readonly dpop?: ReceivedProof | undefined
}

export async function requestToken(
  issuer: TokenPorts,
  request: AskedToken,
  { client: presented, dpop }: TokenRequester,
): Promise<Result<TokenResponse, TokenRefusal>> {
  if (dpop === undefined && issuer.senders.required) return refuse({ code: 'dpop_missing' })
  const client = await authenticateClient(issuer, presented)
  if (!client.ok) return client
  const sender = await proveSenderKey(issuer, dpop)
  if (!sender.ok) return sender
  const sessionId = await findSession(issuer, request)
  if (!sessionId.ok) return sessionId

  const now = issuer.now()
  const moved = await stepSession(issuer, sessionId.value, async (session) => {
    const from = { client: client.value, senderKey: sender.value }
    const next = stepIssuance(session, await tokenRequested(issuer, session, request, from), now)
    // Counted before the token is out, and once: whoever goes on after a crash is the same.
    const counted = next.ok && isRedeemed(session, next.value) ? await countRedemption(issuer, session) : next
    return counted.ok ? next : counted
  })
  return moved.ok ? answer(issuer, moved.value.after, now) : moved
}

function isRedeemed(before: IssuanceSession, after: IssuanceSession): boolean {
  return before.parent !== undefined && before.state === 'offered' && after.state === 'token_issued'
}

async function countRedemption(
  issuer: TokenPorts,
  { id: sessionId, parent = '' }: IssuanceSession,
): Promise<Result<unknown, IssuanceRefusal | SessionUnknown>> {
  const now = issuer.now()
  return stepSession(issuer, parent, (session) =>
    stepIssuance(session, { type: 'redemption_taken', sessionId }, now),
  )
}

async function tokenRequested(
  issuer: TokenPorts,
  session: IssuanceSession,
  request: AskedToken,
  { client, senderKey }: { readonly client: AuthenticatedClient; readonly senderKey: string | undefined },
): Promise<TokenRequested> {
  const { bearerTtlSeconds, boundTtlSeconds } = issuer.limits
  const refreshSeconds = 'promised' in session ? refreshSecondsFor(issuer.limits, session.promised ?? []) : 0
  return {
    ...(await gatherFacts(issuer, session, request, client)),
    type: 'token_requested',
    senderKey,
    requested: request.requested?.map(({ configurationId }) => configurationId),
    tokenTtlSeconds: senderKey === undefined ? bearerTtlSeconds : boundTtlSeconds,
    refreshTtlSeconds: refreshSeconds === 0 ? undefined : refreshSeconds,
  }
}

async function answer(
  { macs }: Pick<GrantPorts, 'macs'>,
  session: IssuanceSession,
  now: number,
): Promise<Result<TokenResponse, TokenRefusal>> {
  // A wrong transaction code was counted, or a code that came twice ended its token: that is the step, and there is no token.
  if (session.state === 'offered') return refuse({ code: 'tx_code_wrong' })
  if (session.state === 'closed') {
    const { reason } = session
    return refuse({ code: reason === 'too_many_wrong_tx_codes' ? 'tx_code_wrong' : 'code_spent' })
  }
  const { grant } = session
  if (now >= grant.expiresAt || grant.revokedAt !== undefined) return refuse({ code: 'code_spent' })
  return ok(
    writeTokenResponse({
      accessToken: await writeDerivedSecret('access_token', session.id, macs.grant),
      tokenType: grant.senderKey === undefined ? 'Bearer' : 'DPoP',
      // Counted from the first answer, so that a repeated answer is the same to the byte.
      expiresIn: grant.expiresAt - grant.issuedAt,
      authorizationDetails: namesCredentials(session) ? session.configurationIds.map(authorized) : undefined,
      refreshToken: await refreshTokenOf({ macs }, session),
    }),
  )
}

function authorized(configurationId: string): AuthorizedCredential {
  return { configurationId, credentialIdentifiers: [credentialIdentifierOf(configurationId)] }
}

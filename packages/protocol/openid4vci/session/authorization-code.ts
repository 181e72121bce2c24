/**
 * An offer that is taken up in a browser (OpenID4VCI 1.0 §5): who says yes is sent back with a code, and whoever comes with it
 * shows that it was made for him. Of two who say yes the first one has the offer; it is free again where he does not come.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { appendEvent } from '../../session-event.ts'
import type {
  AuthorizationCodeFacts,
  AuthorizationDenied,
  CodeRequested,
  IssuanceRefusal,
  TokenRequested,
  UserAuthenticated,
} from './message.ts'
import type { AuthorizationCodeGrant, IssuanceSession, IssuedCode, OfferedIssuance } from './state.ts'

/** The same authorization once more changes nothing: its browser is sent back with the same code. */
export function issueCode(
  session: IssuanceSession,
  message: CodeRequested,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  if (session.authentication === undefined || session.redemptions !== undefined)
    return refuse({ code: 'not_authorizable' })
  if (codeOf(session)?.authorizationId === message.authorizationId) return ok(session)
  if (session.state !== 'offered') return refuse({ code: 'offer_taken' })
  const { method } = session.authentication
  if (method !== 'NONE' && message.authenticatedBy !== method) return refuse({ code: 'user_unknown' })
  if (now >= session.expiresAt) return refuse({ code: 'offer_expired', expiresAt: session.expiresAt, now })
  if (session.code !== undefined && now < session.code.expiresAt) return refuse({ code: 'offer_taken' })
  const missing = message.configurationIds.find((id) => !session.configurationIds.includes(id))
  if (missing !== undefined) return refuse({ code: 'not_offered', configurationId: missing })
  const { authenticatedBy: _method, codeTtlSeconds, type: _type, ...asked } = message
  // Whoever waits for the offer sees it end at the time that he was told.
  const expiresAt = Math.min(now + codeTtlSeconds, session.expiresAt)
  return ok({
    ...session,
    code: { ...asked, issuedAt: now, expiresAt },
    events: appendEvent(session.events, 'authorized', now, message.clientId),
  })
}

/** The code that the offer was taken up with, also after it was used. */
function codeOf(session: IssuanceSession): Pick<IssuedCode, 'authorizationId'> | undefined {
  return session.state === 'offered' ? session.code : undefined
}

/** He may think better of it as long as the offer lasts. */
export function recordDenial(
  session: IssuanceSession,
  { authorizationId, reason }: AuthorizationDenied,
  now: number,
): IssuanceSession {
  const isOpen = session.state === 'offered' && now < session.expiresAt
  if (!isOpen || session.code?.authorizationId === authorizationId) return session
  return { ...session, events: appendEvent(session.events, 'authorization_denied', now, reason) }
}

/** For whoever waits beside the screen. Who logs in again and again is no news. */
export function recordUser(
  session: IssuanceSession,
  { method }: UserAuthenticated,
  now: number,
): IssuanceSession {
  const isOpen = session.state === 'offered' && now < session.expiresAt
  const type = 'authorization_authenticated'
  if (!isOpen || session.events.at(-1)?.type === type) return session
  return { ...session, events: appendEvent(session.events, type, now, method) }
}

/** What the code is worth to whoever presents it: the grant, without the token. */
export function redeemCode(
  session: OfferedIssuance,
  message: TokenRequested<AuthorizationCodeFacts>,
  now: number,
): Result<Omit<AuthorizationCodeGrant, 'issuedAt' | 'expiresAt' | 'senderKey'>, IssuanceRefusal> {
  const { code } = session
  if (code === undefined || code.authorizationId !== message.authorizationId)
    return refuse({ code: 'code_spent' })
  if (now >= code.expiresAt) return refuse({ code: 'code_expired' })
  if (message.binding !== 'right') return refuse({ code: 'code_not_yours' })
  // RFC 9449 §10: a code that names a key is for whoever has that key.
  if (code.senderKey !== undefined && code.senderKey !== message.senderKey)
    return refuse({ code: 'wrong_sender_key' })
  const { authorizationId, clientId, clientKey, codeChallenge, namesCredentials, redirectUri } = code
  const binding = { authorizationId, clientId, clientKey, codeChallenge, namesCredentials, redirectUri }
  return ok({ grantType: message.grantType, ...binding })
}

/** The offer, without what was not asked for. */
export function narrowedTo(session: OfferedIssuance, configurationIds: readonly string[]): OfferedIssuance {
  return {
    ...session,
    configurationIds,
    promised: session.promised.filter(({ configurationId }) => configurationIds.includes(configurationId)),
  }
}

/** What an issuance with a token has issued, what it still owes, and to whom. */
import { ok, type Result, refuse } from '@countersign/core/result'
import { appendEvent } from '../../session-event.ts'
import type { CredentialIssued, IssuanceRefusal } from './message.ts'
import type {
  AuthorizedIssuance,
  CompletedIssuance,
  IssuanceSession,
  IssuedCredential,
  IssuedCredentials,
  PromisedCredential,
} from './state.ts'

/** What was issued for the configuration already, if anything was. */
export function issuedCredential(
  session: IssuanceSession,
  configurationId: string,
): IssuedCredential | undefined {
  return session.state === 'token_issued' || session.state === 'completed'
    ? issuedIn(session.issued, configurationId)
    : undefined
}

/** What the log calls the credentials of one answer. */
export function credentialIdsOf({
  credentialId,
  otherCredentialIds = [],
}: Pick<IssuedCredential, 'credentialId' | 'otherCredentialIds'>): readonly string[] {
  return credentialId === undefined ? [] : [credentialId, ...otherCredentialIds]
}

/** The issuance, for whoever has its token: the key that the token is bound to, within its lifetime. */
export function grantedTo(
  session: IssuanceSession,
  senderKey: string | undefined,
  now: number,
): Result<AuthorizedIssuance | CompletedIssuance, IssuanceRefusal> {
  if (session.state === 'offered') return refuse({ code: 'no_grant' })
  if (session.state === 'closed') return refuse({ code: 'session_closed' })
  const { expiresAt, revokedAt, senderKey: boundTo } = session.grant
  if (revokedAt !== undefined) return refuse({ code: 'session_closed' })
  if (boundTo !== senderKey) return refuse({ code: 'wrong_sender_key' })
  return now < expiresAt ? ok(session) : refuse({ code: 'token_expired', expiresAt, now })
}

/** Whether the answer to the token request named credentials by identifiers, so that requests have to (§8.2). */
export function namesCredentials(session: IssuanceSession): boolean {
  const isGranted = session.state === 'token_issued' || session.state === 'completed'
  return isGranted && session.grant.namesCredentials === true
}

/** What the credential endpoint asks before it signs anything. */
export function promisedCredential(
  session: IssuanceSession,
  request: { readonly configurationId: string; readonly senderKey?: string | undefined },
  now: number,
): Result<{ promised?: PromisedCredential; issued?: IssuedCredential }, IssuanceRefusal> {
  const granted = grantedTo(session, request.senderKey, now)
  if (!granted.ok) return granted
  const { configurationId } = request
  if (!granted.value.configurationIds.includes(configurationId))
    return refuse({ code: 'not_offered', configurationId })
  const issued = issuedIn(granted.value.issued, configurationId)
  if (issued !== undefined) return ok({ issued })
  if (granted.value.state === 'completed') return refuse({ code: 'already_issued', configurationId })
  const promised = granted.value.promised.find((entry) => entry.configurationId === configurationId)
  return promised === undefined ? refuse({ code: 'not_offered', configurationId }) : ok({ promised })
}

export function recordIssued(
  session: IssuanceSession,
  message: CredentialIssued,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  const allowed = promisedCredential(session, message, now)
  if (!allowed.ok) return allowed
  const { configurationId, answerId, holderKey, credentialId, otherCredentialIds } = message
  const before = allowed.value.issued
  if (before !== undefined) {
    return before.answerId === answerId ? ok(session) : refuse({ code: 'already_issued', configurationId })
  }
  if (session.state !== 'token_issued') return refuse({ code: 'no_grant' })
  const record = { at: now, holderKey, answerId, credentialId, otherCredentialIds }
  return ok(withIssued(session, configurationId, record, now))
}

function withIssued(
  session: AuthorizedIssuance,
  configurationId: string,
  record: IssuedCredential,
  now: number,
): AuthorizedIssuance | CompletedIssuance {
  const issued = { ...session.issued, [configurationId]: record }
  const events = appendEvent(session.events, 'credential_issued', now, configurationId)
  const open = session.configurationIds.filter((id) => issuedIn(issued, id) === undefined)
  if (open.length > 0) return { ...session, issued, events }
  const { promised, ...rest } = session
  const kept = session.grant.refresh === undefined ? rest : { ...rest, promised }
  return { ...kept, state: 'completed', issued, events: appendEvent(events, 'completed', now) }
}

/** A configuration may be named like a member that every object inherits. */
function issuedIn(issued: IssuedCredentials, configurationId: string): IssuedCredential | undefined {
  return Object.hasOwn(issued, configurationId) ? issued[configurationId] : undefined
}

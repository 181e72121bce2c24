/**
 * Somebody says yes or no in the browser that opened the request last (OpenID4VCI 1.0 §5.2). The decision is written first, then the
 * offer is taken up; an instance may die in between, and the same decision once more goes on from there.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { isSessionId } from '@countersign/core/session-id'
import { writeDerivedSecret } from '@countersign/protocol/oauth/derived-secret'
import {
  type AuthorizationResponse,
  authorizationResponseUrl,
} from '@countersign/protocol/oauth/redirect-response'
import {
  type Authorization,
  type AuthorizationRefusal,
  type DecidedAuthorization,
  type Decision,
  decideAuthorization,
} from '@countersign/protocol/openid4vci/authorization/authorization'
import type { DenialReason, IssuanceMessage } from '@countersign/protocol/openid4vci/session/message'
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import { stepIssuance } from '@countersign/protocol/openid4vci/session/step'
import {
  type SessionPorts,
  type SessionUnknown,
  stepSession,
  transition,
} from '@countersign/service/sessions/session-transition'
import type { Issuer } from '../issuer.ts'
import { browserHash, type OpenPorts } from './open-authorization.ts'
import { refreshSecondsFor } from './refresh-token.ts'

/** Makes the issuance that is taken up where it begins with the decision; false: nothing can be had any more. Asked again, it is there. */
export type BeginIssuance = (authorization: Authorization) => Promise<boolean>

export type DecisionPorts = OpenPorts & SessionPorts<IssuanceSession> & Pick<Issuer, 'baseUrl' | 'users'>

export type DecisionRefusal = AuthorizationRefusal | SessionUnknown

export interface Decided {
  readonly authorizationId: string
  readonly browser: string
  readonly decision: Decision
  /** Of a no that was not said on our page. */
  readonly reason?: DenialReason | undefined
}

/** The address that the browser is sent back to, whatever was decided. */
export async function decide(
  issuer: DecisionPorts,
  { authorizationId, browser, decision, reason }: Decided,
  begin: BeginIssuance,
): Promise<Result<string, DecisionRefusal>> {
  if (!isSessionId(authorizationId)) return refuse({ code: 'session_unknown' })
  const now = issuer.now()
  const hash = await browserHash(issuer, browser)
  const moved = await transition<Authorization, DecisionRefusal>(
    issuer.authorizations,
    authorizationId,
    (authorization) => decideAuthorization(authorization, { browser: hash, decision, reason }, now),
    undefined,
    issuer.backOff,
  )
  if (!moved.ok) return moved
  const authorization = moved.value.after
  if (authorization.state === 'pending') throw new Error('a decision was written, and there is none')
  const response = await takeUp(issuer, authorization, begin)
  return ok(authorizationResponseUrl(response, { ...authorization.request, issuer: issuer.baseUrl }))
}

async function takeUp(
  issuer: DecisionPorts,
  authorization: DecidedAuthorization,
  begin: BeginIssuance,
): Promise<AuthorizationResponse> {
  const { begins, id, issuanceId, state } = authorization
  // Of what has not begun there is nothing that could be denied.
  if (begins !== undefined && state !== 'approved')
    return { error: 'access_denied', description: denialOf(authorization) }
  if (begins !== undefined && !(await begin(authorization)))
    return { error: 'access_denied', description: TAKEN }
  const now = issuer.now()
  const message = messageOf(issuer, authorization)
  const found = await issuer.sessions.get(issuanceId)
  // Before the code: whoever comes with it finds who it is for, whichever instance dies here.
  if (found !== undefined && authorization.state === 'approved')
    await keepUser(issuer, authorization, found.value)
  const moved = await stepSession(issuer, issuanceId, (session) => stepIssuance(session, message, now), found)
  if (authorization.state !== 'approved')
    return { error: 'access_denied', description: denialOf(authorization) }
  if (!moved.ok) return { error: 'access_denied', description: TAKEN }
  return { code: await writeDerivedSecret('authorization_code', issuanceId, issuer.macs.grant, id) }
}

/** As long as a token for it can be good, from a code that comes with the last repetition and is not used before its last moment. */
async function keepUser(
  { limits, users }: Pick<Issuer, 'limits' | 'users'>,
  { id, user }: Authorization,
  session: IssuanceSession,
): Promise<void> {
  if (user === undefined) return
  const promised = 'promised' in session ? (session.promised ?? []) : []
  const { authorization, bearerTtlSeconds, boundTtlSeconds } = limits
  const tokenSeconds = Math.max(bearerTtlSeconds, boundTtlSeconds, refreshSecondsFor(limits, promised))
  const { codeSeconds, decideSeconds, openSeconds } = authorization
  const keptSeconds = openSeconds + decideSeconds + 2 * codeSeconds + tokenSeconds
  // The same decision comes again where its answer was lost, and finds this done.
  await users.create(id, { claims: user.claims }, keptSeconds)
}

function denialOf({ reason }: DecidedAuthorization): string {
  return reason === undefined ? DENIED : DENIALS[reason]
}

const DENIALS: Readonly<Record<DenialReason, string>> = {
  login_denied: 'The user did not log in',
  user_claims_unfit: 'What is known of the user does not make the credential',
}
const DENIED = 'The user denied the request'
const TAKEN = 'The offer cannot be taken up any more: its time is over, or somebody has it'

function messageOf({ limits }: Pick<Issuer, 'limits'>, authorization: DecidedAuthorization): IssuanceMessage {
  const { clientKey, configurationIds, id, request, state } = authorization
  if (state !== 'approved')
    return { type: 'authorization_denied', authorizationId: id, reason: authorization.reason }
  const { clientId, codeChallenge, details, redirectUri, senderKey } = request
  return {
    type: 'code_requested',
    authorizationId: id,
    clientId,
    clientKey,
    redirectUri,
    codeChallenge,
    senderKey,
    configurationIds,
    namesCredentials: details !== undefined,
    codeTtlSeconds: limits.authorization.codeSeconds,
    authenticatedBy: authorization.user && authorization.authentication?.method,
  }
}

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
  type Decision,
  decideAuthorization,
} from '@countersign/protocol/openid4vci/authorization/authorization'
import type { IssuanceMessage } from '@countersign/protocol/openid4vci/session/message'
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

/** Makes the issuance that is taken up where it begins with the decision; false: nothing can be had any more. Asked again, it is there. */
export type BeginIssuance = (authorization: Authorization) => Promise<boolean>

export type DecisionPorts = OpenPorts & SessionPorts<IssuanceSession> & Pick<Issuer, 'baseUrl'>

export type DecisionRefusal = AuthorizationRefusal | SessionUnknown

export interface Decided {
  readonly authorizationId: string
  readonly browser: string
  readonly decision: Decision
}

/** The address that the browser is sent back to, whatever was decided. */
export async function decide(
  issuer: DecisionPorts,
  { authorizationId, browser, decision }: Decided,
  begin: BeginIssuance,
): Promise<Result<string, DecisionRefusal>> {
  if (!isSessionId(authorizationId)) return refuse({ code: 'session_unknown' })
  const now = issuer.now()
  const hash = await browserHash(issuer, browser)
  const moved = await transition<Authorization, DecisionRefusal>(
    issuer.authorizations,
    authorizationId,
    (authorization) => decideAuthorization(authorization, { browser: hash, decision }, now),
    undefined,
    issuer.backOff,
  )
  if (!moved.ok) return moved
  const authorization = moved.value.after
  const response = await takeUp(issuer, authorization, begin)
  return ok(authorizationResponseUrl(response, { ...authorization.request, issuer: issuer.baseUrl }))
}

async function takeUp(
  issuer: DecisionPorts,
  authorization: Authorization,
  begin: BeginIssuance,
): Promise<AuthorizationResponse> {
  const { begins, id, issuanceId, state } = authorization
  // Of what has not begun there is nothing that could be denied.
  if (begins !== undefined && state !== 'approved') return { error: 'access_denied', description: DENIED }
  if (begins !== undefined && !(await begin(authorization)))
    return { error: 'access_denied', description: TAKEN }
  const now = issuer.now()
  const message = messageOf(issuer, authorization)
  const moved = await stepSession(issuer, issuanceId, (session) => stepIssuance(session, message, now))
  if (authorization.state !== 'approved') return { error: 'access_denied', description: DENIED }
  if (!moved.ok) return { error: 'access_denied', description: TAKEN }
  return { code: await writeDerivedSecret('authorization_code', issuanceId, issuer.macs.grant, id) }
}

const DENIED = 'The user denied the request'
const TAKEN = 'The offer cannot be taken up any more: its time is over, or somebody has it'

function messageOf({ limits }: Pick<Issuer, 'limits'>, authorization: Authorization): IssuanceMessage {
  const { clientKey, configurationIds, id, request, state } = authorization
  if (state !== 'approved') return { type: 'authorization_denied', authorizationId: id }
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
  }
}

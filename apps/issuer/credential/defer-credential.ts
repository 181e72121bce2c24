/**
 * A credential that somebody has to agree to first (OpenID4VCI 1.0 §8.3, §9): the wallet's keys are written down, and it is told to
 * come again. The transaction id is derived from the spent nonce and stored nowhere; who comes with it is whose token it is.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { writeDerivedSecret } from '@countersign/protocol/oauth/derived-secret'
import { writeDeferredResponse } from '@countersign/protocol/openid4vci/credential/deferred-request'
import { deferredCredential } from '@countersign/protocol/openid4vci/session/deferred'
import type { CredentialDeferred, IssuanceRefusal } from '@countersign/protocol/openid4vci/session/message'
import type { DeferredCredential, IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import { stepIssuance } from '@countersign/protocol/openid4vci/session/step'
import {
  type SessionPorts,
  type SessionUnknown,
  stepSession,
} from '@countersign/service/sessions/session-transition'
import type { Versioned } from '@countersign/stores/ports'
import type { Issuer } from '../issuer.ts'
import type { JudgedRequest } from './judge-request.ts'
import { type AnswerPorts, type AnswerRefusal, keepAnswer } from './kept-answers.ts'

export type DeferringPorts = AnswerPorts & SessionPorts<IssuanceSession> & Pick<Issuer, 'macs' | 'now'>

export type DeferringRefusal = AnswerRefusal | IssuanceRefusal | SessionUnknown

/** Asked again with proofs of the same keys it says the same; another key has no part in it. */
export async function deferCredential(
  issuer: DeferringPorts,
  request: JudgedRequest,
  found: Versioned<IssuanceSession>,
): Promise<Result<JsonObject, DeferringRefusal>> {
  const { configurationId, holderKey, holders, nonceId: answerId, senderKey, sessionId } = request
  const before = deferredCredential(found.value, configurationId)
  if (before !== undefined) return comeAgain(issuer, request, before)
  const body = await saidToWait(issuer, sessionId, answerId)
  const kept = await keepAnswer(issuer, request, body, [])
  if (!kept.ok) return kept
  const message: CredentialDeferred = {
    type: 'credential_deferred',
    configurationId,
    senderKey,
    holders,
    holderKey,
    answerId,
  }
  const now = issuer.now()
  const moved = await stepSession(issuer, sessionId, (session) => stepIssuance(session, message, now), found)
  if (moved.ok) return ok(kept.value.body)
  // Another request was written down first, with a nonce of its own: what it was told counts.
  const first = (await issuer.sessions.get(sessionId))?.value
  const other = first && deferredCredential(first, configurationId)
  return moved.error.code === 'already_issued' && other !== undefined
    ? comeAgain(issuer, request, other)
    : moved
}

async function comeAgain(
  issuer: DeferringPorts,
  { configurationId, holderKey, sessionId }: JudgedRequest,
  { answerId, holderKey: promisedTo }: DeferredCredential,
): Promise<Result<JsonObject, DeferringRefusal>> {
  if (holderKey !== promisedTo) return refuse({ code: 'already_issued', configurationId })
  return ok(await saidToWait(issuer, sessionId, answerId))
}

async function saidToWait(
  { limits, macs }: Pick<Issuer, 'limits' | 'macs'>,
  sessionId: string,
  answerId: string,
): Promise<JsonObject> {
  const transactionId = await writeDerivedSecret('transaction_id', sessionId, macs.grant, answerId)
  return writeDeferredResponse(transactionId, limits.deferredIntervalSeconds)
}

/**
 * A wallet comes again for what somebody had to agree to (OpenID4VCI 1.0 §9): told once more to come again, denied, or given the
 * credentials for the keys that it proved at first.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { readLabelledSecret } from '@countersign/protocol/oauth/derived-secret'
import { writeDeferredResponse } from '@countersign/protocol/openid4vci/credential/deferred-request'
import { deferredBy } from '@countersign/protocol/openid4vci/session/deferred'
import { issuedCredential } from '@countersign/protocol/openid4vci/session/issued'
import type { DeferredCredential } from '@countersign/protocol/openid4vci/session/state'
import { proveSenderKey, type SenderPorts, type SenderRefusal } from '../authorization/sender-constraint.ts'
import type { Issuer } from '../issuer.ts'
import { type IssuePorts, type IssueRefusal, issuePromised } from './issue-promised.ts'
import { type JudgedRequest, type Presented, readAccessToken, type TokenUnknown } from './judge-request.ts'

export type CollectingPorts = SenderPorts & IssuePorts & Pick<Issuer, 'macs'>

export type CollectingRefusal =
  | IssueRefusal
  | SenderRefusal
  | TokenUnknown
  | { readonly code: 'deferral_denied' }

export async function collectDeferred(
  issuer: CollectingPorts,
  presented: Presented,
  transactionId: string,
): Promise<Result<JsonObject, CollectingRefusal>> {
  const token = await readAccessToken(issuer, presented.accessToken)
  if (!token.ok) return token
  const sender = await proveSenderKey(issuer, presented.dpop)
  if (!sender.ok) return sender
  const named = await readLabelledSecret('transaction_id', transactionId, issuer.macs.grant)
  if (named === undefined || named.sessionId !== token.value) return refuse({ code: 'deferral_over' })
  const found = await issuer.sessions.get(token.value)
  if (found === undefined) return refuse({ code: 'session_unknown' })
  const claim = deferredBy(found.value, { answerId: named.label, senderKey: sender.value }, issuer.now())
  if (!claim.ok) return claim
  const { configurationId, deferral, deferred, promised } = claim.value
  const answerId = collectedId(deferred)
  const issued = issuedCredential(found.value, configurationId)
  if (issued !== undefined) return collected(issuer, token.value, answerId)
  if (deferral === 'refused') return refuse({ code: 'deferral_denied' })
  if (promised === undefined) return refuse({ code: 'deferral_over' })
  if (deferral === 'pending')
    return ok(writeDeferredResponse(transactionId, issuer.limits.deferredIntervalSeconds))
  const request: JudgedRequest = {
    sessionId: token.value,
    configurationId,
    byIdentifier: false,
    senderKey: sender.value,
    holders: deferred.holders,
    holderKey: deferred.holderKey,
    nonceId: answerId,
    nonceExpiresAt: issuer.now() + issuer.limits.nonceTtlSeconds,
    requestHash: transactionId,
  }
  return issuePromised(issuer, request, promised, found)
}

/** §9.2: delivered it is over; for a while the same is answered to whoever did not hear it. */
async function collected(
  { answers }: Pick<Issuer, 'answers'>,
  sessionId: string,
  answerId: string,
): Promise<Result<JsonObject, CollectingRefusal>> {
  const kept = await answers.get(answerId)
  return kept?.value.sessionId === sessionId ? ok(kept.value.body) : refuse({ code: 'deferral_over' })
}

/** The answer of the deferred endpoint has a place of its own beside the one that said to come again. */
function collectedId({ answerId }: DeferredCredential): string {
  return `${answerId}-collected`
}

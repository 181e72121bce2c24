/**
 * Answers of the credential endpoint, kept by spent nonce: the spending and the answer are one record, made if absent
 * (docs/decisions/004). Of many requests at once one makes it, and whoever sends that same request again reads it.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { IssuedCredential } from '@countersign/protocol/openid4vci/session/state'
import type { CredentialAnswer, Issuer } from '../issuer.ts'
import type { JudgedRequest } from './judge-request.ts'

export type AnswerPorts = Pick<Issuer, 'answers' | 'limits' | 'now'>

export type AnswerRefusal =
  | { readonly code: 'nonce_spent' }
  | { readonly code: 'already_issued'; readonly configurationId: string }

/** Spends the nonce with the answer in it; the loser of a race gets the winner's answer if it asked for the same. */
export async function keepAnswer(
  { answers, limits, now }: AnswerPorts,
  request: JudgedRequest,
  body: JsonObject,
  credentialIds: readonly string[],
): Promise<Result<CredentialAnswer, AnswerRefusal>> {
  const { nonceId, nonceExpiresAt, sessionId, requestHash } = request
  const [credentialId, ...others] = credentialIds
  const otherCredentialIds = others.length > 0 ? others : undefined
  const answer = { sessionId, requestHash, body, credentialId, otherCredentialIds }
  const ttlSeconds = Math.max(60, nonceExpiresAt - now() + limits.skewSeconds)
  if (await answers.create(nonceId, answer, ttlSeconds)) return ok(answer)
  const before = await answers.get(nonceId)
  return before?.value.requestHash === requestHash ? ok(before.value) : refuse({ code: 'nonce_spent' })
}

/**
 * The credential was issued already. The same request, and fresh proofs of the same keys, get the same bytes while the
 * answer is kept; a spent nonce with another proof is a replay; another key gets nothing.
 */
export async function answerAgain(
  { answers }: Pick<Issuer, 'answers'>,
  { configurationId, holderKey, nonceId, requestHash, sessionId }: JudgedRequest,
  issued: IssuedCredential,
): Promise<Result<JsonObject, AnswerRefusal>> {
  const spent = await answers.get(nonceId)
  if (spent !== undefined && spent.value.requestHash !== requestHash) return refuse({ code: 'nonce_spent' })
  if (issued.holderKey !== holderKey) return refuse({ code: 'already_issued', configurationId })
  const kept = await answers.get(issued.answerId)
  return kept === undefined || kept.value.sessionId !== sessionId
    ? refuse({ code: 'already_issued', configurationId })
    : ok(kept.value.body)
}

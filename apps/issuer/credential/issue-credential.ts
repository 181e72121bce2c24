/**
 * The credential endpoint (OpenID4VCI 1.0 §8): judge the request, sign what the session promises, keep the answer under the
 * spent nonce, and let the session record what was issued. An instance may die between any two lines; the wallet's retry
 * goes on from the kept answer.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import {
  type CredentialRequest,
  writeCredentialResponse,
} from '@countersign/protocol/openid4vci/credential/credential-request'
import { issuedCredential, promisedCredential } from '@countersign/protocol/openid4vci/session/issued'
import type { CredentialIssued, IssuanceRefusal } from '@countersign/protocol/openid4vci/session/message'
import type { IssuableCredential, IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import { stepIssuance } from '@countersign/protocol/openid4vci/session/step'
import {
  type SessionPorts,
  type SessionUnknown,
  stepSession,
} from '@countersign/service/sessions/session-transition'
import type { Versioned } from '@countersign/stores/ports'
import type { CredentialAnswer, Issuer } from '../issuer.ts'
import { type ClaimsPorts, type ClaimsRefusal, completeClaims } from '../profiles/claims-at-issuance.ts'
import { type IssuanceRecorder, recordIssuance, strikeOut } from '../status/record-issuance.ts'
import { type ValidityOver, validityFrom } from './issuance-validity.ts'
import {
  type JudgedRequest,
  type JudgingPorts,
  judgeRequest,
  type Presented,
  type RequestRefusal,
} from './judge-request.ts'
import { type AnswerPorts, type AnswerRefusal, answerAgain, keepAnswer } from './kept-answers.ts'
import { type CertificateEnded, openSigning, type SigningPorts, signCredential } from './sign-credential.ts'

export type CredentialRefusal =
  | RequestRefusal
  | AnswerRefusal
  | IssuanceRefusal
  | SessionUnknown
  | CertificateEnded
  | ClaimsRefusal
  | ValidityOver

type RecordPorts = IssuanceRecorder & SessionPorts<IssuanceSession> & Pick<Issuer, 'answers' | 'now'>
export type CredentialPorts = JudgingPorts & SigningPorts & AnswerPorts & RecordPorts & ClaimsPorts

export async function issueCredential(
  issuer: CredentialPorts,
  presented: Presented,
  request: CredentialRequest,
): Promise<Result<JsonObject, CredentialRefusal>> {
  const judged = await judgeRequest(issuer, presented, request)
  if (!judged.ok) return judged
  const found = await issuer.sessions.get(judged.value.sessionId)
  if (found === undefined) return refuse({ code: 'session_unknown' })
  const entitled = promisedCredential(found.value, judged.value, issuer.now())
  if (!entitled.ok) return entitled
  const { issued, promised } = entitled.value
  if (issued !== undefined) return answerAgain(issuer, judged.value, issued)
  if (promised === undefined) return refuse({ code: 'configuration_unknown' })
  const complete = await completeClaims(issuer, promised, { session: found.value, proof: judged.value.proof })
  if (!complete.ok) return complete
  const answer = await makeAnswer(issuer, judged.value, complete.value)
  return answer.ok ? recordIssued(issuer, judged.value, answer.value, found) : answer
}

/** Writes down that the credential is issued before it is signed, and takes that back where another answer counts. */
async function makeAnswer(
  issuer: SigningPorts & AnswerPorts & RecordPorts,
  request: JudgedRequest,
  promised: IssuableCredential,
): Promise<Result<CredentialAnswer, CredentialRefusal>> {
  const opened = await openSigning(issuer, promised)
  if (!opened.ok) return opened
  const signing = opened.value
  const judged = validityFrom(issuer.now(), signing.signer, promised)
  if (!judged.ok) return judged
  const validity = judged.value
  const { credentialId, statuses } = await recordIssuance(issuer, {
    ...validity,
    sessionId: request.sessionId,
    configurationId: promised.configurationId,
    format: signing.format,
    status: promised.status,
  })
  const credential = await signCredential(issuer, signing, request.proof, { ...validity, statuses }).catch(
    async (error: unknown) => {
      await strikeOut(issuer, credentialId)
      throw error
    },
  )
  // The nonce is spent with the answer, so its id is one answer's own: what comes again has the same notification_id.
  const response = writeCredentialResponse([credential], request.nonceId)
  const kept = await keepAnswer(issuer, request, response, credentialId)
  const counts = kept.ok && kept.value.credentialId === credentialId
  if (!counts) await strikeOut(issuer, credentialId)
  return kept
}

async function recordIssued(
  issuer: RecordPorts,
  request: JudgedRequest,
  { body, credentialId }: CredentialAnswer,
  found: Versioned<IssuanceSession>,
): Promise<Result<JsonObject, CredentialRefusal>> {
  const now = issuer.now()
  const { configurationId, nonceId, proof, senderKey, sessionId } = request
  const message: CredentialIssued = {
    type: 'credential_issued',
    configurationId,
    senderKey,
    holderKey: proof.thumbprint,
    answerId: nonceId,
    credentialId,
  }
  const moved = await stepSession(issuer, sessionId, (session) => stepIssuance(session, message, now), found)
  if (moved.ok) return ok(body)
  // Another request for the same credential, with a nonce of its own, was recorded first: its answer counts, and
  // this one never leaves.
  if (moved.error.code !== 'already_issued') return moved
  await strikeOut(issuer, credentialId)
  const current = await issuer.sessions.get(sessionId)
  const issued = current && issuedCredential(current.value, configurationId)
  return issued === undefined ? moved : answerAgain(issuer, request, issued)
}

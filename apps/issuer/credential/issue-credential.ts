/**
 * The credential endpoint (OpenID4VCI 1.0 §8): judge the request, sign what the session promises, keep the answer under the
 * spent nonce, and let the session record what was issued. An instance may die between any two lines; the wallet's retry
 * goes on from the kept answer.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import {
  type CredentialRequest,
  writeCredentialResponse,
} from '@countersign/protocol/openid4vci/credential/credential-request'
import type { ProvenKey } from '@countersign/protocol/openid4vci/proof/proof-type'
import {
  credentialIdsOf,
  issuedCredential,
  namesCredentials,
  promisedCredential,
} from '@countersign/protocol/openid4vci/session/issued'
import type { CredentialIssued, IssuanceRefusal } from '@countersign/protocol/openid4vci/session/message'
import type {
  IssuanceSession,
  IssuedCredential,
  PromisedCredential,
} from '@countersign/protocol/openid4vci/session/state'
import { stepIssuance } from '@countersign/protocol/openid4vci/session/step'
import {
  type SessionPorts,
  type SessionUnknown,
  stepSession,
} from '@countersign/service/sessions/session-transition'
import type { Versioned } from '@countersign/stores/ports'
import type { CredentialAnswer, Issuer } from '../issuer.ts'
import { type IssuanceRecorder, recordIssuances, strikeOut } from '../status/record-issuance.ts'
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
  | ValidityOver
  | { readonly code: 'identifier_needed' }

type RecordPorts = IssuanceRecorder & SessionPorts<IssuanceSession> & Pick<Issuer, 'answers' | 'now'>
export type CredentialPorts = JudgingPorts & SigningPorts & AnswerPorts & RecordPorts

export async function issueCredential(
  issuer: CredentialPorts,
  presented: Presented,
  request: CredentialRequest,
): Promise<Result<JsonObject, CredentialRefusal>> {
  const judged = await judgeRequest(issuer, presented, request)
  if (!judged.ok) return judged
  const found = await issuer.sessions.get(judged.value.sessionId)
  if (found === undefined) return refuse({ code: 'session_unknown' })
  const entitled = entitlement(found.value, judged.value, issuer.now())
  if (!entitled.ok) return entitled
  const { issued, promised } = entitled.value
  if (issued !== undefined) return answerAgain(issuer, judged.value, issued)
  if (promised === undefined) return refuse({ code: 'configuration_unknown' })
  const answer = await makeAnswer(issuer, judged.value, promised)
  return answer.ok ? recordIssued(issuer, judged.value, answer.value, found) : answer
}

/** §8.2: by identifiers where the token response named such, and only there. */
function entitlement(
  session: IssuanceSession,
  request: JudgedRequest,
  now: number,
): Result<{ promised?: PromisedCredential; issued?: IssuedCredential }, CredentialRefusal> {
  const entitled = promisedCredential(session, request, now)
  const { byIdentifier } = request
  if (entitled.ok) {
    if (byIdentifier === namesCredentials(session)) return entitled
    return refuse({ code: byIdentifier ? 'identifier_unknown' : 'identifier_needed' })
  }
  const isOther = entitled.error.code === 'not_offered'
  return isOther && byIdentifier ? refuse({ code: 'identifier_unknown' }) : entitled
}

/** Writes down that the credentials are issued before they are signed, and takes that back where another answer counts. */
async function makeAnswer(
  issuer: SigningPorts & AnswerPorts & RecordPorts,
  request: JudgedRequest,
  promised: PromisedCredential,
): Promise<Result<CredentialAnswer, CredentialRefusal>> {
  const opened = await openSigning(issuer, promised)
  if (!opened.ok) return opened
  const signing = opened.value
  const judged = validityFrom(issuer.now(), signing.signer, promised)
  if (!judged.ok) return judged
  const validity = judged.value
  const facts = {
    ...validity,
    sessionId: request.sessionId,
    configurationId: promised.configurationId,
    format: signing.format,
    status: promised.status,
  }
  const holders = fittingHolders(promised, request.holders)
  const recorded = await recordIssuances(issuer, facts, holders.length)
  const credentialIds = recorded.flatMap(({ credentialId }) => credentialId ?? [])
  const credentials = await Promise.all(
    holders.map((holder, at) =>
      signCredential(issuer, signing, holder, { ...validity, statuses: recorded[at]?.statuses ?? [] }),
    ),
  ).catch(async (error: unknown) => {
    await strikeOut(issuer, credentialIds)
    throw error
  })
  // The nonce is spent with the answer, so its id is one answer's own: what comes again has the same notification_id.
  const response = writeCredentialResponse(credentials, request.nonceId)
  const kept = await keepAnswer(issuer, request, response, credentialIds)
  const counts = kept.ok && kept.value.credentialId === credentialIds[0]
  if (!counts) await strikeOut(issuer, credentialIds)
  return kept
}

/** Of a credential beside twice its claims, which encoding makes of them at most. */
const CREDENTIAL_OVERHEAD = 16 * 1024

/** §8.3: an issuer may issue fewer than it was asked for; of pictures a wallet reads no answer without end. */
function fittingHolders({ claims }: PromisedCredential, holders: readonly ProvenKey[]): readonly ProvenKey[] {
  if (holders.length === 1) return holders
  const each = 2 * JSON.stringify(claims).length + CREDENTIAL_OVERHEAD
  return holders.slice(0, Math.max(1, Math.floor(FETCHED.credentialResponse / each)))
}

async function recordIssued(
  issuer: RecordPorts,
  request: JudgedRequest,
  answer: CredentialAnswer,
  found: Versioned<IssuanceSession>,
): Promise<Result<JsonObject, CredentialRefusal>> {
  const now = issuer.now()
  const { configurationId, holderKey, nonceId, senderKey, sessionId } = request
  const { body, credentialId, otherCredentialIds } = answer
  const message: CredentialIssued = {
    type: 'credential_issued',
    configurationId,
    senderKey,
    holderKey,
    answerId: nonceId,
    credentialId,
    otherCredentialIds,
  }
  const moved = await stepSession(issuer, sessionId, (session) => stepIssuance(session, message, now), found)
  if (moved.ok) return ok(body)
  // Another request for the same credential, with a nonce of its own, was recorded first: its answer counts, and
  // this one never leaves.
  if (moved.error.code !== 'already_issued') return moved
  await strikeOut(issuer, credentialIdsOf(answer))
  const current = await issuer.sessions.get(sessionId)
  const issued = current && issuedCredential(current.value, configurationId)
  return issued === undefined ? moved : answerAgain(issuer, request, issued)
}

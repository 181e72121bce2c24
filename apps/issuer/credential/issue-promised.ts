/**
 * What was promised is signed for the keys of a request that was judged: at once, or when a wallet that was told to come again comes.
 * An instance may die between any two lines; the wallet's retry goes on from the kept answer.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import { AUTHORIZATION_CODE } from '@countersign/protocol/oauth/grants/authorization-code'
import { writeCredentialResponse } from '@countersign/protocol/openid4vci/credential/credential-request'
import type { ProvenKey } from '@countersign/protocol/openid4vci/proof/proof-type'
import { credentialIdsOf, issuedCredential } from '@countersign/protocol/openid4vci/session/issued'
import type { CredentialIssued, IssuanceRefusal } from '@countersign/protocol/openid4vci/session/message'
import type {
  IssuableCredential,
  IssuanceSession,
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
import { type ClaimsPorts, type ClaimsRefusal, completeClaims } from '../profiles/claims-at-issuance.ts'
import { areGood } from '../status/change-status.ts'
import { type IssuanceRecorder, recordIssuances, strikeOut } from '../status/record-issuance.ts'
import { type ValidityOver, validityFrom } from './issuance-validity.ts'
import type { JudgedRequest } from './judge-request.ts'
import { type AnswerPorts, type AnswerRefusal, answerAgain, keepAnswer } from './kept-answers.ts'
import { type CertificateEnded, openSigning, type SigningPorts, signCredential } from './sign-credential.ts'

export type IssueRefusal =
  | AnswerRefusal
  | IssuanceRefusal
  | SessionUnknown
  | CertificateEnded
  | ClaimsRefusal
  | ValidityOver
  /** It was issued before, and revoked or suspended since: a refreshed token gives nobody a good one again. */
  | { readonly code: 'status_not_valid' }

type RecordPorts = IssuanceRecorder &
  SessionPorts<IssuanceSession> &
  Pick<Issuer, 'answers' | 'now' | 'users'>
export type IssuePorts = SigningPorts & AnswerPorts & RecordPorts & ClaimsPorts

/** What is signed for the keys of a request that was judged, now or when the wallet was told to come again. */
export async function issuePromised(
  issuer: IssuePorts,
  request: JudgedRequest,
  promised: PromisedCredential,
  found: Versioned<IssuanceSession>,
): Promise<Result<JsonObject, IssueRefusal>> {
  const [first] = request.holders
  if (first === undefined) throw new Error('a request was accepted without a key')
  // Before anybody is asked for the claims of somebody who gets nothing.
  if (!(await mayBeGiven(issuer, request, found.value))) return refuse({ code: 'status_not_valid' })
  const complete = await completeClaims(issuer, promised, { session: found.value, proof: first })
  if (!complete.ok) return complete
  const answer = await makeAnswer(issuer, request, complete.value, found.value)
  return answer.ok ? recordIssued(issuer, request, answer.value, found) : answer
}

/** Writes down that the credentials are issued before they are signed, and takes that back where another answer counts. */
async function makeAnswer(
  issuer: IssuePorts,
  request: JudgedRequest,
  promised: IssuableCredential,
  session: IssuanceSession,
): Promise<Result<CredentialAnswer, IssueRefusal>> {
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
  // Whoever revokes from here on finds them; whoever did before is seen now.
  if (!(await mayBeGiven(issuer, request, session))) {
    await strikeOut(issuer, credentialIds)
    return refuse({ code: 'status_not_valid' })
  }
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

/** Of an issuance whose token can be refreshed something may have been given before. */
async function mayBeGiven(
  { database }: Pick<IssuanceRecorder, 'database'>,
  { configurationId, sessionId }: JudgedRequest,
  session: IssuanceSession,
): Promise<boolean> {
  const isRefreshed = 'grant' in session && (session.grant.refresh?.generation ?? 0) > 0
  if (database === undefined || !isRefreshed) return true
  return areGood(database, { session_id: sessionId, configuration_id: configurationId })
}

/** Of a credential beside twice its claims, which encoding makes of them at most. */
const CREDENTIAL_OVERHEAD = 16 * 1024

/** §8.3: an issuer may issue fewer than it was asked for; of pictures a wallet reads no answer without end. */
function fittingHolders({ claims }: IssuableCredential, holders: readonly ProvenKey[]): readonly ProvenKey[] {
  if (holders.length === 1) return holders
  const each = 2 * JSON.stringify(claims).length + CREDENTIAL_OVERHEAD
  return holders.slice(0, Math.max(1, Math.floor(FETCHED.credentialResponse / each)))
}

/** Nothing will be issued to him any more. Where it fails, his time ends it. */
async function forgetUser({ users }: Pick<Issuer, 'users'>, session: IssuanceSession): Promise<void> {
  if (session.state !== 'completed' || session.authentication === undefined) return
  const { grant } = session
  if (grant.grantType !== AUTHORIZATION_CODE || grant.refresh !== undefined) return
  await users.remove(grant.authorizationId).catch(() => undefined)
}

async function recordIssued(
  issuer: RecordPorts,
  request: JudgedRequest,
  answer: CredentialAnswer,
  found: Versioned<IssuanceSession>,
): Promise<Result<JsonObject, IssueRefusal>> {
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
  if (moved.ok) {
    await forgetUser(issuer, moved.value.after)
    return ok(body)
  }
  // Another request for the same credential, with a nonce of its own, was recorded first: its answer counts, and
  // this one never leaves.
  if (moved.error.code !== 'already_issued') return moved
  await strikeOut(issuer, credentialIdsOf(answer))
  const current = await issuer.sessions.get(sessionId)
  const issued = current && issuedCredential(current.value, configurationId)
  return issued === undefined ? moved : answerAgain(issuer, request, issued)
}

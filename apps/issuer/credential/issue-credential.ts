/**
 * The credential endpoint (OpenID4VCI 1.0 §8): judge the request, sign what the session promises, keep the answer under the
 * spent nonce, and let the session record what was issued. An instance may die between any two lines; the wallet's retry
 * goes on from the kept answer.
 */
import type { JsonObject } from '@countersign/core/json'
import { type Result, refuse } from '@countersign/core/result'
import type { CredentialRequest } from '@countersign/protocol/openid4vci/credential/credential-request'
import { isDeferred } from '@countersign/protocol/openid4vci/session/deferred'
import { namesCredentials, promisedCredential } from '@countersign/protocol/openid4vci/session/issued'
import type {
  IssuanceSession,
  IssuedCredential,
  PromisedCredential,
} from '@countersign/protocol/openid4vci/session/state'
import { type DeferringPorts, type DeferringRefusal, deferCredential } from './defer-credential.ts'
import { type IssuePorts, type IssueRefusal, issuePromised } from './issue-promised.ts'
import {
  type JudgedRequest,
  type JudgingPorts,
  judgeRequest,
  type Presented,
  type RequestRefusal,
} from './judge-request.ts'
import { answerAgain } from './kept-answers.ts'

export type CredentialRefusal =
  | RequestRefusal
  | IssueRefusal
  | DeferringRefusal
  | { readonly code: 'identifier_needed' }

export type CredentialPorts = JudgingPorts & IssuePorts & DeferringPorts

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
  return isDeferred(promised)
    ? deferCredential(issuer, judged.value, found)
    : issuePromised(issuer, judged.value, promised, found)
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

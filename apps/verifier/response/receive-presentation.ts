/**
 * Takes a wallet's answer (OpenID4VP 1.0 §8). Verify first, then compare-and-set: an instance that dies in between
 * leaves the session as it was, and the wallet's retry succeeds elsewhere. Two answers at once both verify; one wins.
 *
 * An answer that is malformed or not bound to this request is refused and the session stays open; one that is well
 * bound but fails a check decides the session, for good.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import { type Check, passed } from '@countersign/credential/contract/checks'
import type { RequestBinding, VerifyOutcome } from '@countersign/credential/contract/format'
import { evaluatePresentations } from '@countersign/protocol/openid4vp/dcql/evaluate'
import { parseDcqlQuery } from '@countersign/protocol/openid4vp/dcql/parse'
import type { DcqlQuery } from '@countersign/protocol/openid4vp/dcql/query'
import type {
  Form,
  ResponseRefusal,
  VpToken,
} from '@countersign/protocol/openid4vp/response/authorization-response'
import { responseModeOf } from '@countersign/protocol/openid4vp/response/response-modes'
import {
  type DisclosedCredential,
  isDecided,
  stepVerification,
  type VerificationMessage,
  type VerificationRefusal,
  type VerificationSession,
} from '@countersign/protocol/openid4vp/session'
import { type SessionUnknown, stepSession } from '@countersign/service/sessions/session-transition'
import type { Versioned } from '@countersign/stores/ports'
import { judgePolicies } from '../policies/judge-policies.ts'
import type { Verifier } from '../verifier.ts'

export type ReceiveRefusal =
  | ResponseRefusal
  | VerificationRefusal
  | SessionUnknown
  /** Not bound to this request or not readable: nothing was decided. */
  | { readonly code: 'presentation_unbound'; readonly checks: readonly Check[] }

export type DecidedSession = Extract<VerificationSession, { decidedAt: number }>

type ReceivingVerifier = JudgingVerifier & Pick<Verifier, 'sessions' | 'signals' | 'backOff' | 'observe'>

type JudgingVerifier = Pick<
  Verifier,
  'formats' | 'crypto' | 'trust' | 'holderKeys' | 'checkStatus' | 'policies' | 'limits' | 'now'
>

/** `known`: the session as it was read a moment ago, which saves the first read. */
export async function receivePresentation(
  verifier: ReceivingVerifier,
  id: string,
  form: Form,
  known?: Versioned<VerificationSession>,
): Promise<Result<DecidedSession, ReceiveRefusal>> {
  const found = known ?? (await verifier.sessions.get(id))
  if (found === undefined) return refuse({ code: 'session_unknown' })
  const message = await judge(verifier, found.value, form)
  if (!message.ok) return message

  const now = verifier.now()
  const moved = await stepSession(
    verifier,
    id,
    (session) => stepVerification(session, message.value, now),
    found,
  )
  if (!moved.ok) return refuse(moved.error)
  const { after } = moved.value
  return isDecided(after) ? ok(after) : refuse({ code: 'already_answered' })
}

/** Turns the answer into facts. A decided or expired session needs no cryptography to say so. */
async function judge(
  verifier: JudgingVerifier,
  session: VerificationSession,
  form: Form,
): Promise<Result<VerificationMessage, ReceiveRefusal>> {
  const answerHash = await verifier.crypto.digestBase64url(
    'sha-256',
    JSON.stringify(Object.entries(form).toSorted(byName)),
  )
  const closed = isDecided(session) || verifier.now() >= session.expiresAt
  if (closed) {
    return ok({ type: 'presentation_received', answerHash, accepted: false, checks: [], credentials: [] })
  }
  const query = queryOf(session)
  const { id, answerMode } = session
  const response = await responseModeOf(answerMode).readAnswer(form, { id, query }, answerMode)
  if (!response.ok) return response
  if (response.value.kind === 'error') {
    return ok({ type: 'error_received', answerHash, error: response.value.error })
  }
  return judgePresentations(verifier, session, query, response.value.vpToken, answerHash)
}

/** Parameters have no order. */
function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1
}

/** Parsed again rather than kept: it would make up a third of the session. */
function queryOf(session: VerificationSession): DcqlQuery {
  const query = parseDcqlQuery(session.dcqlQuery)
  if (!query.ok) throw new Error(`a session was made with an invalid query: ${query.error.code}`)
  return query.value
}

interface Looked {
  readonly queryId: string
  readonly bound: boolean
  readonly outcome: VerifyOutcome
}

async function judgePresentations(
  verifier: JudgingVerifier,
  session: VerificationSession,
  query: DcqlQuery,
  vpToken: VpToken,
  answerHash: string,
): Promise<Result<VerificationMessage, ReceiveRefusal>> {
  const looked = await lookAtPresentations(verifier, session, query, vpToken)
  const own = looked.flatMap(({ queryId, outcome }) => outcome.checks.map((check) => ({ ...check, queryId })))
  const unbound = own.filter(isUnbound)
  if (unbound.length > 0) return refuse({ code: 'presentation_unbound', checks: unbound })

  const presented = looked.flatMap(({ queryId, bound, outcome }) =>
    outcome.presentation === undefined ? [] : [{ queryId, bound, presentation: outcome.presentation }],
  )
  const credentials = presented.map(({ queryId, presentation }): DisclosedCredential => {
    const { format, type, claims, issuer, claimedIssuer, anchor } = presentation
    return { queryId, format, type, claims, issuer, claimedIssuer, anchor }
  })
  const always = [...own, ...evaluatePresentations(query, presented, verifier.formats)]
  // Asked last: a policy may cost a call to somebody else.
  const asked = await judgePolicies(verifier.policies, session.policies, credentials, verifier.now())
  const checks = [...always, ...asked]
  return ok({ type: 'presentation_received', answerHash, accepted: passed(checks), checks, credentials })
}

/** Unreadable, or a proof that is not for this request: anybody could send that, so it must not end the session. */
function isUnbound(check: Check): boolean {
  return check.outcome === 'failed' && (check.name === 'structure' || check.name === 'holder_binding')
}

async function lookAtPresentations(
  verifier: JudgingVerifier,
  session: VerificationSession,
  query: DcqlQuery,
  vpToken: VpToken,
): Promise<readonly Looked[]> {
  const looked: Looked[] = []
  const binding = bindingOf(session)
  for (const wanted of query.credentials) {
    const format = verifier.formats.get(wanted.format)
    if (format === undefined) throw new Error(`a session was made for the unknown format ${wanted.format}`)
    for (const presentation of vpToken.get(wanted.id) ?? []) {
      const outcome = await format.verify(
        {
          presentation,
          binding: wanted.requireHolderBinding ? binding : undefined,
          now: verifier.now(),
          skewSeconds: verifier.limits.skewSeconds,
          bindingWindowSeconds: verifier.limits.bindingWindowSeconds,
          trust: verifier.trust,
          holderKeys: verifier.holderKeys,
        },
        verifier.crypto,
      )
      const status = await statusOf(verifier, outcome)
      const checks = [...outcome.checks, status]
      looked.push({ queryId: wanted.id, bound: wanted.requireHolderBinding, outcome: { ...outcome, checks } })
    }
  }
  return looked
}

/** What a proof of the holder must cover, so that it is worth nothing for another request. */
function bindingOf({ answerMode, clientId, nonce }: VerificationSession): RequestBinding {
  return { audience: clientId, nonce, ...responseModeOf(answerMode).bindingOf(answerMode) }
}

/**
 * Token Status List §8.3: the credential first. A list is fetched only for what its issuer signed, or anybody could send
 * this verifier to any address.
 */
async function statusOf(
  verifier: Pick<Verifier, 'checkStatus'>,
  { checks, presentation }: VerifyOutcome,
): Promise<Check> {
  const vouchedFor = ['structure', 'issuer_signature', 'issuer_trust'].every(
    (name) => checks.find((check) => check.name === name)?.outcome === 'passed',
  )
  if (presentation === undefined || !vouchedFor) {
    return { name: 'status', outcome: 'skipped', detail: 'issuer_not_established' }
  }
  return verifier.checkStatus(presentation)
}

/**
 * What an answer is worth (docs/decisions/018). An answer that cannot be read or is not bound to this request is refused:
 * nothing is known of who sent it. One with a presentation whose issuer nobody vouches for, and the error of a wallet, are
 * attempts. Only what is bound and signed by believed issuers is judged: what fails then fails for good, what cannot be
 * found out is looked for later. Decides nothing itself, and knows no store.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { type Check, passed } from '@countersign/credential/contract/checks'
import type { RequestBinding, VerifyInput, VerifyOutcome } from '@countersign/credential/contract/format'
import type { IssuerKeyReference } from '@countersign/credential/contract/trust-port'
import { evaluatePresentations } from '@countersign/protocol/openid4vp/dcql/evaluate'
import type { DcqlQuery } from '@countersign/protocol/openid4vp/dcql/query'
import type {
  Form,
  ResponseRefusal,
  VpToken,
} from '@countersign/protocol/openid4vp/response/authorization-response'
import type { AnswerUnreadable } from '@countersign/protocol/openid4vp/response/response-mode'
import { responseModeOf } from '@countersign/protocol/openid4vp/response/response-modes'
import { knownWalletError } from '@countersign/protocol/openid4vp/response/wallet-errors'
import type {
  DisclosedCredential,
  EvidenceReference,
  JudgedAnswer,
  VerificationMessage,
  VerificationSession,
} from '@countersign/protocol/openid4vp/session'
import {
  askedTransactions,
  entriesFor,
  judgeTransactions,
} from '@countersign/protocol/openid4vp/transaction-data/judge-transactions'
import { queryOf } from '../session-query.ts'
import type { Verifier } from '../verifier.ts'
import type { AnswerHash } from './answer-hash.ts'
import { type AskingVerifier, type EvidenceWanted, findEvidence } from './find-evidence.ts'
import { issuerKeyIsAway, isVouchedFor, keptChecks } from './issuer-checks.ts'
import { presentationFacts } from './presentation-facts.ts'
import { type ListsUnavailable, rememberingTrust, vouchingLists } from './vouching-lists.ts'

export type JudgingVerifier = AskingVerifier &
  Pick<Verifier, 'formats' | 'crypto' | 'hpke' | 'jwe' | 'trust' | 'trustLists' | 'holderKeys'>

export type AnswerRefusal =
  | ResponseRefusal
  | AnswerUnreadable
  | ListsUnavailable
  /** Not bound to this request or not readable: nothing was decided. */
  | { readonly code: 'presentation_unbound'; readonly checks: readonly Check[] }

export type AnswerMessage = Extract<VerificationMessage, { readonly answerHash: string }>

export interface Judgement {
  readonly message: AnswerMessage
  /** The issuer is believed and his key cannot be had for the moment: the wallet may come again. */
  readonly keyAway: boolean
}

export async function judgeAnswer(
  verifier: JudgingVerifier,
  session: VerificationSession,
  form: Form,
  hash: AnswerHash,
): Promise<Result<Judgement, AnswerRefusal>> {
  const query = queryOf(session)
  const { id, answerMode } = session
  const response = await responseModeOf(answerMode).readAnswer(form, { id, query }, answerMode, verifier)
  if (!response.ok) return response
  if (response.value.kind === 'error') {
    const reason = knownWalletError(response.value.error)
    return ok({
      message: { type: 'wallet_declined', answerHash: await hash(), reason },
      keyAway: false,
    })
  }
  const binding = bindingOf(session, form)
  const key = responseModeOf(answerMode).answerKeyOf?.(answerMode, form)
  const proof = { binding, readerAgreement: key && verifier.jwe.agreement(key) }
  const looked = await lookAtPresentations(verifier, session, proof, query, response.value.vpToken)
  const own = looked.flatMap(({ outcome, queryId }) => outcome.checks.map((check) => ({ ...check, queryId })))
  const unbound = own.filter(isUnbound)
  if (unbound.length > 0) return refuse({ code: 'presentation_unbound', checks: unbound })
  const answerHash = await hash()
  if (!looked.every(({ outcome }) => isVouchedFor(outcome.checks))) {
    const checks = keptChecks([...own, statusSkipped('issuer_not_established')])
    return ok({
      message: { type: 'stranger_answered', answerHash, checks },
      keyAway: looked.some(({ outcome }) => issuerKeyIsAway(outcome.checks)),
    })
  }
  const listed = await lookAtLists(verifier, query, looked)
  if (!listed.ok) return listed
  return ok({
    message: await judgePresentations(verifier, session, query, listed.value, answerHash),
    keyAway: false,
  })
}

interface Looked {
  readonly queryId: string
  readonly bound: boolean
  readonly outcome: VerifyOutcome
  /** As it came. */
  readonly raw: string
  /** Who signed it, as it says; absent: its format did not come so far. */
  readonly reference?: IssuerKeyReference | undefined
  /** Of those that its query names; absent: nobody looked. */
  readonly vouchingLists?: readonly string[] | undefined
}

/** What holders have to prove, and by what the verifier sees it. */
interface AskedProof extends Pick<VerifyInput, 'readerAgreement'> {
  readonly binding: RequestBinding
}

async function lookAtPresentations(
  verifier: JudgingVerifier,
  { transactionData: entries }: VerificationSession,
  { binding, readerAgreement }: AskedProof,
  query: DcqlQuery,
  vpToken: VpToken,
): Promise<readonly Looked[]> {
  const looked: Looked[] = []
  const asked = entries && askedTransactions(entries)
  for (const wanted of query.credentials) {
    const format = verifier.formats.get(wanted.format)
    if (format === undefined) throw new Error(`a session was made for the unknown format ${wanted.format}`)
    const transactionData = asked && entriesFor(wanted.id, asked).map(({ text }) => text)
    for (const presentation of vpToken.get(wanted.id) ?? []) {
      const { asked: reference, trust } = rememberingTrust(verifier.trust)
      const outcome = await format.verify(
        {
          presentation,
          binding: wanted.requireHolderBinding ? { ...binding, transactionData } : undefined,
          readerAgreement,
          now: verifier.now(),
          skewSeconds: verifier.limits.skewSeconds,
          bindingWindowSeconds: verifier.limits.bindingWindowSeconds,
          trust,
          holderKeys: verifier.holderKeys,
        },
        verifier.crypto,
      )
      looked.push({
        queryId: wanted.id,
        bound: wanted.requireHolderBinding,
        outcome,
        raw: presentation,
        reference: reference(),
      })
    }
  }
  return looked
}

async function lookAtLists(
  verifier: JudgingVerifier,
  query: DcqlQuery,
  looked: readonly Looked[],
): Promise<Result<readonly Looked[], ListsUnavailable>> {
  const listed: Looked[] = []
  for (const one of looked) {
    const { outcome, queryId, reference } = one
    const wanted = query.credentials.find(({ id }) => id === queryId)
    const { presentation } = outcome
    if (wanted === undefined || presentation === undefined || reference === undefined) {
      listed.push(one)
      continue
    }
    const lists = await vouchingLists(verifier, wanted, { presentation, reference })
    if (!lists.ok) return lists
    listed.push({ ...one, vouchingLists: lists.value })
  }
  return ok(listed)
}

/** What a proof of the holder must cover, so that it is worth nothing for another request. */
function bindingOf({ answerMode, clientId, nonce }: VerificationSession, form: Form): RequestBinding {
  return { audience: clientId, nonce, ...responseModeOf(answerMode).bindingOf(answerMode, form) }
}

/** Unreadable, or a proof that is not for this request. */
function isUnbound({ name, outcome }: Check): boolean {
  return outcome === 'failed' && (name === 'structure' || name === 'holder_binding')
}

async function judgePresentations(
  verifier: JudgingVerifier,
  session: VerificationSession,
  query: DcqlQuery,
  looked: readonly Looked[],
  answerHash: string,
): Promise<JudgedAnswer> {
  const { credentials, statuses, ...own } = ownChecks(verifier, session, query, looked)
  const judged = { type: 'answer_judged', answerHash, credentials } as const
  if (own.checks.some(isObjection)) {
    const checks = own.checks.map((check) => (check.outcome === 'undetermined' ? notLookedUp(check) : check))
    return { ...judged, verdict: 'failed', checks, missing: [] }
  }
  const { id: sessionId, policies } = session
  const wanted: EvidenceWanted = { ...own, sessionId, statuses, policies, credentials }
  const { checks, missing } = await findEvidence(verifier, wanted)
  const mayStillPass = missing.length > 0 && checks.every(({ outcome }) => outcome !== 'failed')
  if (mayStillPass) return { ...judged, verdict: 'missing', checks, missing }
  return { ...judged, verdict: passed(checks) ? 'accepted' : 'failed', checks, missing: [] }
}

interface OwnChecks extends Pick<EvidenceWanted, 'checks' | 'credentials'> {
  readonly statuses: readonly Extract<EvidenceReference, { readonly kind: 'status' }>[]
}

/** What the answer says itself; each presentation has a place for its status, which others know. */
function ownChecks(
  verifier: JudgingVerifier,
  { keepPresentations, transactionData }: VerificationSession,
  query: DcqlQuery,
  looked: readonly Looked[],
): OwnChecks {
  const checks: Check[] = []
  const statuses: OwnChecks['statuses'][number][] = []
  const presented = looked.flatMap(({ outcome: { checks: own, presentation }, ...one }) =>
    presentation === undefined ? [] : [{ ...one, presentation, checks: own }],
  )
  for (const { queryId, presentation, checks: own } of presented) {
    const { anchor, format, issuer, statuses: references } = presentation
    checks.push(...own.map((check) => ({ ...check, queryId })))
    statuses.push({ kind: 'status', at: checks.length, anchor, format, issuer, statuses: references })
    checks.push({ ...STATUS_UNKNOWN, queryId })
  }
  checks.push(...evaluatePresentations(query, presented, verifier.formats))
  if (transactionData !== undefined) {
    const confirming = looked.map(({ outcome: { confirmed }, queryId }) => ({ queryId, confirmed }))
    checks.push(...judgeTransactions(askedTransactions(transactionData), confirming))
  }
  const credentials = presented.map(({ bound, queryId, presentation, raw }): DisclosedCredential => {
    const { format, type, claims, issuer, claimedIssuer, anchor } = presentation
    const facts = presentationFacts(presentation, bound)
    const disclosed = { queryId, format, type, claims, issuer, claimedIssuer, anchor, facts }
    return keepPresentations === true ? { ...disclosed, presentation: raw } : disclosed
  })
  return { checks, statuses, credentials }
}

const STATUS_UNKNOWN: Check = { name: 'status', outcome: 'undetermined', detail: 'not_looked_up' }

/** Of the checks that an answer is judged by alone what is not passed cannot pass later. */
function isObjection({ name, outcome }: Check): boolean {
  return outcome === 'failed' || (outcome === 'undetermined' && name !== 'status')
}

/** Token Status List §8.3: the credential first. */
function notLookedUp(check: Check): Check {
  return check.name === 'status' ? { ...check, outcome: 'skipped' } : check
}

function statusSkipped(detail: string): Check {
  return { name: 'status', outcome: 'skipped', detail }
}

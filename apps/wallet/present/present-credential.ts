/**
 * Answers an authorization request (OpenID4VP 1.0 §8.2). The answer is written down before it is sent: a call that is made
 * again after a cut connection or a crash posts the same bytes, which a verifier answers as it did the first time.
 */

import { type JsonValue, parseJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import type { VerifiedRequest } from '@countersign/protocol/openid4vp/request/verify-request'
import type { RemoteResponse } from '@countersign/service/outgoing/guarded-client'
import { hostOf, type OutgoingRefusal, type UnusableAnswer, unusable } from '../outgoing-client.ts'
import { refillCopies } from '../renew/renew-credential.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { type ComposeRefusal, composeAnswer, type HolderDecision } from './compose-presentation.ts'
import { type FetchRequestRefusal, fetchRequest } from './fetch-request.ts'
import {
  findRecord,
  forgetRecord,
  isForgotten,
  keepRecord,
  type PresentationRecord,
  recordAnswer,
  type VerifierAnswer,
} from './presentation-record.ts'
import { wishOf } from './selected-claims.ts'
import { shareEvent } from './share-event.ts'

export interface UsePresentationRequest extends HolderDecision {
  readonly requestUrl: string
  /** The holder's own words, kept with the record. */
  readonly note?: string | undefined
}

export type PresentRefusal =
  | FetchRequestRefusal
  | ComposeRefusal
  | OutgoingRefusal
  | UnusableAnswer
  /** Something else was answered to this request, or is about to be. */
  | { readonly code: 'answered_otherwise' }

/** The request behind the URL, after it was verified: for somebody who looks before answering. */
export async function resolvePresentationRequest(
  wallet: Wallet,
  requestUrl: string,
): Promise<Result<VerifiedRequest, FetchRequestRefusal>> {
  return fetchRequest(wallet, requestUrl)
}

export async function usePresentationRequest(
  wallet: Wallet,
  owned: OwnedWallet,
  wanted: UsePresentationRequest,
): Promise<Result<VerifierAnswer, PresentRefusal>> {
  const request = await fetchRequest(wallet, wanted.requestUrl)
  if (!request.ok) return request
  return answerRequest(wallet, owned, request.value, wanted)
}

export type AnswerWish = HolderDecision & Pick<UsePresentationRequest, 'note'>

/** The answer that the holder decided on; whoever asks again gets the verifier's same answer to the same bytes. */
export async function answerRequest(
  wallet: Wallet,
  owned: OwnedWallet,
  request: VerifiedRequest,
  wanted: AnswerWish,
): Promise<Result<VerifierAnswer, PresentRefusal>> {
  const record = await theRecord(wallet, owned, request, wanted)
  if (!record.ok) return record
  const { answer: before, shown } = record.value
  if (before !== undefined) return ok(before)
  const answer = await deliver(wallet, record.value)
  // Nobody waits for it.
  void refillCopies(wallet, owned, shown).catch(() => undefined)
  return answer
}

interface Recorded extends PresentationRecord {
  /** Cards of which a copy has just been used. */
  readonly shown: readonly string[]
}

/** Each time somebody else has shown one of the copies, and so is done. */
const MAX_ROUNDS = 200

async function theRecord(
  wallet: Wallet,
  owned: OwnedWallet,
  request: VerifiedRequest,
  wanted: AnswerWish,
): Promise<Result<Recorded, PresentRefusal>> {
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const recorded = await findOrWrite(wallet, owned, request, wanted)
    if (recorded !== undefined) return recorded
  }
  throw new Error('a card is shown so often at once that no copy of it can be had')
}

/** Finds the record that is there, or writes a new one. Undefined where a copy that was to be shown has been shown meanwhile. */
async function findOrWrite(
  wallet: Wallet,
  owned: OwnedWallet,
  request: VerifiedRequest,
  wanted: AnswerWish,
): Promise<Result<Recorded, PresentRefusal> | undefined> {
  const decision = await decisionHash(wallet, wanted)
  const before = await findRecord(wallet, owned, request)
  if (before !== undefined && before.sent.wish === decision && !isForgotten(before))
    return ok({ ...before, shown: [] })
  // What may have arrived already must not be followed by something else; what was refused may be.
  if (before !== undefined && before.answer?.accepted !== false) return refuse({ code: 'answered_otherwise' })
  const composed = await composeAnswer(wallet, owned, request, wanted)
  if (!composed.ok) return composed
  const { body, copies, made } = composed.value
  const { note } = wanted
  const event = await shareEvent(wallet, request, { made, note })
  if (before !== undefined) await forgetRecord(wallet, before)
  const sent = { wish: decision, responseUri: request.answerMode.responseUri, body }
  const kept = await keepRecord(wallet, owned, request, { sent, event, copies })
  if (kept === undefined) return undefined
  const shown = copies.length === 0 ? [] : made.map(({ credential }) => credential.id)
  return kept.sent.wish === decision ? ok({ ...kept, shown }) : refuse({ code: 'answered_otherwise' })
}

/** Two decisions are the same when they name the same credentials and disclosures, in whatever order. */
function decisionHash(
  { columns }: Wallet,
  { selectedCredentials = [], selections, disclosures = {}, decline = false }: HolderDecision,
): Promise<string> {
  const added = Object.entries(disclosures)
    .map(([id, texts]) => [id, [...texts].sort()] as const)
    .filter(([, texts]) => texts.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const decided = [decline, [...selectedCredentials].sort(), added]
  const picked = selections === undefined ? [] : [wishOf(selections)]
  return columns.hash('wish', JSON.stringify([...decided, ...picked]))
}

async function deliver(
  wallet: Wallet,
  record: PresentationRecord,
): Promise<Result<VerifierAnswer, PresentRefusal>> {
  const { responseUri, body } = record.sent
  const posted = await wallet.outgoing.post({
    url: responseUri,
    contentType: 'application/x-www-form-urlencoded',
    accept: 'application/json',
    body,
    maxBytes: FETCHED.other,
  })
  if (!posted.ok) return posted
  const { status } = posted.value
  const isDecision = (status >= 200 && status < 300) || (status >= 400 && status < 500 && !isForLater(status))
  if (!isDecision) return unusable(responseUri, `status_${status}`)
  const answer = verifierAnswer(posted.value, responseUri)
  await recordAnswer(wallet, record, answer)
  return ok(answer)
}

/** Request Timeout, Too Early, Too Many Requests: nothing was decided. */
function isForLater(status: number): boolean {
  return status === 408 || status === 425 || status === 429
}

/** §8.2: the answer may hold a `redirect_uri`, which the holder's browser has to open. */
function verifierAnswer({ status, body }: RemoteResponse, responseUri: string): VerifierAnswer {
  const json = parseJsonObject(body)
  const { redirect_uri: redirect, error, error_description: description } = json.ok ? json.value : {}
  const redirectUri = openableUri(redirect)
  if (status < 300) return { accepted: true, redirectUri }
  const refused = {
    host: hostOf(responseUri),
    status,
    error: printable(error),
    description: printable(description),
  }
  return { accepted: false, redirectUri, refused }
}

const SCRIPT_SCHEMES = /^(javascript|data|vbscript|blob|file|about|view-source):/i

/** Somebody will open it, so it must be an address and not a program. */
function openableUri(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 4096 || !/^[\x21-\x7e]+$/.test(value)) return undefined
  return URL.canParse(value) && !SCRIPT_SCHEMES.test(value) ? value : undefined
}

function printable(text: JsonValue | undefined): string | undefined {
  if (typeof text !== 'string') return undefined
  return text.slice(0, 300).replace(/[^\x20-\x7e]/g, '?')
}

/**
 * The one answer to one authorization request, as a row that is written before anything is sent. Whoever asks again, on
 * whichever instance, posts the same bytes to the same address and gets the verifier's same answer; once that is known it
 * is read from here.
 */
import type { VerifiedRequest } from '@countersign/protocol/openid4vp/request/verify-request'
import { type ChosenCopy, spendCopies } from '../copies/copies.ts'
import type { PresentationRow } from '../database/schema.ts'
import type { StoredEvent } from '../history/event.ts'
import { findEvent } from '../history/read-events.ts'
import { type NewEvent, recordEvent, settleEvent } from '../history/record-event.ts'
import { hostOf } from '../outgoing-client.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'

export interface PresentationRecord {
  readonly id: string
  readonly sent: SentAnswer
  readonly answer?: VerifierAnswer | undefined
}

export interface SentAnswer {
  /** Keyed hash of what the holder decided: another decision must not be answered with these bytes. */
  readonly wish: string
  readonly responseUri: string
  /** The exact form that is posted; empty once that is over, since the history has what is told of it. */
  readonly body: string
}

export interface VerifierAnswer {
  readonly accepted: boolean
  readonly redirectUri?: string | undefined
  /** An answer that was accepted has none. */
  readonly refused?: VerifierRefusal | undefined
}

/** How the verifier said no; `error` and `description` are foreign text, bounded and printable. */
export interface VerifierRefusal {
  readonly host: string
  readonly status: number
  readonly error?: string | undefined
  readonly description?: string | undefined
}

export async function findRecord(
  wallet: Wallet,
  owned: OwnedWallet,
  request: VerifiedRequest,
): Promise<PresentationRecord | undefined> {
  const row = await wallet.database.db
    .selectFrom('presentations')
    .selectAll()
    .where('wallet_id', '=', owned.id)
    .where('request_hash', '=', await requestHash(wallet, request))
    .executeTakeFirst()
  return row && opened(wallet, row)
}

export interface ToKeep {
  readonly sent: SentAnswer
  /** The entry of the history, under the id of the record. */
  readonly event: NewEvent
  /** What is shown in it, and must not have been shown since it was chosen. */
  readonly copies: readonly ChosenCopy[]
}

class CopyGone extends Error {}

/**
 * The record that counts: this one, or the one that somebody else wrote first. Nothing is sent before the history tells of it.
 * Undefined, and nothing is written, where one of the copies has been shown meanwhile.
 */
export async function keepRecord(
  wallet: Wallet,
  owned: OwnedWallet,
  request: VerifiedRequest,
  { copies, event, sent }: ToKeep,
): Promise<PresentationRecord | undefined> {
  const id = wallet.newId()
  const row: PresentationRow = {
    id,
    wallet_id: owned.id,
    request_hash: await requestHash(wallet, request),
    receiver_hash: await receiverHash(wallet, request),
    sent_sealed: sealedSent(wallet, id, sent),
    answer_sealed: null,
    created_at: wallet.now(),
  }
  const writing = wallet.database.inTransaction(async (transaction) => {
    const kept = await transaction
      .insertInto('presentations')
      .values(row)
      .onConflict((conflict) => conflict.columns(['wallet_id', 'request_hash']).doNothing())
      .returning('id')
      .executeTakeFirst()
    // An answer that somebody else wrote first is sent in the place of this one, which nobody sees.
    if (kept === undefined) return
    if (!(await spendCopies(wallet, transaction, copies, id))) throw new CopyGone()
    await recordEvent(wallet, transaction, owned, event, id)
  })
  const isGone = await writing.then(
    () => false,
    (error: unknown) => {
      if (error instanceof CopyGone) return true
      throw error
    },
  )
  if (isGone) return undefined
  const record = await findRecord(wallet, owned, request)
  if (record === undefined) throw new Error('a presentation that was just written is not there')
  return record
}

/** The same bytes get the same answer, so it does not matter who writes it. */
export async function recordAnswer(
  wallet: Wallet,
  { id, sent }: PresentationRecord,
  answer: VerifierAnswer,
): Promise<void> {
  const { columns, database } = wallet
  await database.inTransaction(async (transaction) => {
    await transaction
      .updateTable('presentations')
      .set({
        answer_sealed: columns.seal(['presentations', id, 'answer'], JSON.stringify(answer)),
        sent_sealed: sealedSent(wallet, id, { ...sent, body: '' }),
      })
      .where('id', '=', id)
      .execute()
    await settleEvent(transaction, id, answer.accepted ? 'taken' : 'refused')
  })
}

/** What was to be posted is forgotten, and so cannot be posted again. */
export function isForgotten({ answer, sent }: PresentationRecord): boolean {
  return answer === undefined && sent.body === ''
}

/** The holder wants nothing kept of it: neither who got it nor, where nobody knows whether it arrived, what it was. */
export async function forgetSent(wallet: Wallet, ids: readonly string[]): Promise<void> {
  const { db } = wallet.database
  await db.updateTable('presentations').set({ receiver_hash: null }).where('id', 'in', ids).execute()
  const rows = await db
    .selectFrom('presentations')
    .selectAll()
    .where('id', 'in', ids)
    .where('answer_sealed', 'is', null)
    .execute()
  for (const row of rows) {
    const { id, sent } = opened(wallet, row)
    await db
      .updateTable('presentations')
      .set({ sent_sealed: sealedSent(wallet, id, { ...sent, body: '' }) })
      .where('id', '=', id)
      .where('answer_sealed', 'is', null)
      .execute()
  }
}

/** The verifier refused it and the holder decided something else: room for another answer. */
export async function forgetRecord({ database }: Wallet, { id }: PresentationRecord): Promise<void> {
  await database.db.deleteFrom('presentations').where('id', '=', id).execute()
}

/** The entry of the newest answer that the same host got and that shared something; not that to this request. */
export async function lastSharedWith(
  wallet: Wallet,
  owned: OwnedWallet,
  request: VerifiedRequest,
): Promise<StoredEvent | undefined> {
  const newest = await wallet.database.db
    .selectFrom('presentations')
    .innerJoin('events', 'events.id', 'presentations.id')
    .select('events.id')
    .where('presentations.wallet_id', '=', owned.id)
    .where('presentations.receiver_hash', '=', await receiverHash(wallet, request))
    .where('presentations.request_hash', '!=', await requestHash(wallet, request))
    .where('events.action', '=', 'present')
    .where('events.outcome', '!=', 'unanswered')
    .orderBy('presentations.created_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  const found = newest && (await findEvent(wallet, owned, newest.id))
  return found?.ok === true ? found.value.event : undefined
}

/** Whether there are answers of which nobody knows any more who got them: of an earlier release, or deleted from the history. */
export async function hasUnknownReceivers({ database }: Wallet, owned: OwnedWallet): Promise<boolean> {
  const row = await database.db
    .selectFrom('presentations')
    .select('id')
    .where('wallet_id', '=', owned.id)
    .where('receiver_hash', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** The address that the answer goes to is theirs for longer than a certificate is. */
function receiverHash({ columns }: Wallet, { answerMode }: VerifiedRequest): Promise<string> {
  return columns.hash('receiver', hostOf(answerMode.responseUri))
}

function requestHash({ columns }: Wallet, { client, nonce }: VerifiedRequest): Promise<string> {
  return columns.hash('request', JSON.stringify([client.full, nonce]))
}

function sealedSent({ columns }: Wallet, id: string, sent: SentAnswer): string {
  return columns.seal(['presentations', id, 'sent'], JSON.stringify(sent))
}

function opened({ columns }: Wallet, row: PresentationRow): PresentationRecord {
  const { id, sent_sealed: sent, answer_sealed: answer } = row
  return {
    id,
    sent: JSON.parse(columns.open(['presentations', id, 'sent'], sent)),
    answer: answer === null ? undefined : JSON.parse(columns.open(['presentations', id, 'answer'], answer)),
  }
}

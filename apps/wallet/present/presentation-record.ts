/**
 * The one answer to one authorization request, as a row that is written before anything is sent. Whoever asks again, on
 * whichever instance, posts the same bytes to the same address and gets the verifier's same answer; once that is known it
 * is read from here.
 */
import type { VerifiedRequest } from '@countersign/protocol/openid4vp/request/verify-request'
import type { PresentationRow } from '../database/schema.ts'
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
  /** The exact form that was posted, or is about to be. */
  readonly body: string
  readonly note?: string | undefined
  /** Absent where an earlier release wrote it. */
  readonly told?: Told | undefined
}

/** What the receiver was told, without the values: to say next time whether it is the same. */
export interface Told {
  /** Of the receiver, certificate and all. */
  readonly clientId: string
  /** A key for each detail; none in an answer that declined. */
  readonly details: readonly string[]
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

/** The record that counts: this one, or the one that somebody else wrote first. */
export async function keepRecord(
  wallet: Wallet,
  owned: OwnedWallet,
  request: VerifiedRequest,
  sent: SentAnswer,
): Promise<PresentationRecord> {
  const id = wallet.newId()
  await wallet.database.db
    .insertInto('presentations')
    .values({
      id,
      wallet_id: owned.id,
      request_hash: await requestHash(wallet, request),
      receiver_hash: await receiverHash(wallet, request),
      sent_sealed: wallet.columns.seal(['presentations', id, 'sent'], JSON.stringify(sent)),
      answer_sealed: null,
      created_at: wallet.now(),
    })
    .onConflict((conflict) => conflict.columns(['wallet_id', 'request_hash']).doNothing())
    .execute()
  const record = await findRecord(wallet, owned, request)
  if (record === undefined) throw new Error('a presentation that was just written is not there')
  return record
}

/** The same bytes get the same answer, so it does not matter who writes it. */
export async function recordAnswer(
  { database, columns }: Wallet,
  { id }: PresentationRecord,
  answer: VerifierAnswer,
): Promise<void> {
  await database.db
    .updateTable('presentations')
    .set({ answer_sealed: columns.seal(['presentations', id, 'answer'], JSON.stringify(answer)) })
    .where('id', '=', id)
    .execute()
}

/** The verifier refused it and the holder decided something else: room for another answer. */
export async function forgetRecord({ database }: Wallet, { id }: PresentationRecord): Promise<void> {
  await database.db.deleteFrom('presentations').where('id', '=', id).execute()
}

/** The newest answer that the same host got and that shared something; not that to this request. */
export async function lastSharedWith(
  wallet: Wallet,
  owned: OwnedWallet,
  request: VerifiedRequest,
): Promise<{ readonly at: number; readonly told: Told } | undefined> {
  const rows = await wallet.database.db
    .selectFrom('presentations')
    .selectAll()
    .where('wallet_id', '=', owned.id)
    .where('receiver_hash', '=', await receiverHash(wallet, request))
    .where('request_hash', '!=', await requestHash(wallet, request))
    .orderBy('created_at', 'desc')
    .limit(MAX_LOOKED_AT)
    .execute()
  for (const row of rows) {
    const { answer, sent } = opened(wallet, row)
    const isTold = answer !== undefined && (sent.told?.details.length ?? 0) > 0
    if (sent.told !== undefined && isTold) return { at: row.created_at, told: sent.told }
  }
  return undefined
}

/** Whether there are answers of which nobody knows any more who got them. */
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

/** Answers that shared nothing are passed over, so many of them. */
const MAX_LOOKED_AT = 10

/** The address that the answer goes to is theirs for longer than a certificate is. */
function receiverHash({ columns }: Wallet, { answerMode }: VerifiedRequest): Promise<string> {
  return columns.hash('receiver', hostOf(answerMode.responseUri))
}

function requestHash({ columns }: Wallet, { client, nonce }: VerifiedRequest): Promise<string> {
  return columns.hash('request', JSON.stringify([client.full, nonce]))
}

function opened({ columns }: Wallet, row: PresentationRow): PresentationRecord {
  const { id, sent_sealed: sent, answer_sealed: answer } = row
  return {
    id,
    sent: JSON.parse(columns.open(['presentations', id, 'sent'], sent)),
    answer: answer === null ? undefined : JSON.parse(columns.open(['presentations', id, 'answer'], answer)),
  }
}

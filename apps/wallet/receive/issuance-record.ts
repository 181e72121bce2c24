/**
 * An offer being taken up, as a row that outlives the instance that works on it. Whatever is sent to the issuer is
 * written here first, so whoever goes on, after a crash or at the same time, sends the same: the same sender key, the
 * same token, the same proofs. Writers compare-and-set on a version; the loser goes on with what the winner wrote.
 */
import { generateSoftwareKey, type PrivateJwk } from '@countersign/keys/signers/software-key'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import type { ProofKey } from '@countersign/protocol/oauth/pkce'
import type { NotificationEvent } from '@countersign/protocol/openid4vci/notification'
import type { CredentialOffer } from '@countersign/protocol/openid4vci/offer'
import type { IssuanceRow } from '../database/schema.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import type { Envelope } from './message-encryption.ts'

export interface IssuanceRecord {
  readonly id: string
  /** The key that the credentials are bound to. */
  readonly keyId: string
  readonly finished: boolean
  readonly version: number
  readonly progress: Progress
}

export interface Progress {
  /** Proves that a repeated token request comes from us. */
  readonly senderKey?: PrivateJwk
  /** Where somebody authorizes the issuance in a browser. */
  readonly authorization?: KeptAuthorization
  readonly token?: KeptToken
  /** Of copies that are asked for: a key for each, by `slotOf`. */
  readonly keys?: Readonly<Record<string, readonly PrivateJwk[]>>
  /** The card that gets what comes, in the place of a new one. */
  readonly renews?: Renewed
  /** The exact body of each credential request, by `slotOf`. */
  readonly requests: Readonly<Record<string, string>>
  /** Of those that are encrypted, by `slotOf`: what reads the answer. */
  readonly envelopes?: Readonly<Record<string, Envelope>>
  /** What the issuer is to hear of, by `slotOf`; absent where it takes no notifications. */
  readonly notices?: Readonly<Record<string, Notice>>
}

export interface Renewed {
  readonly credentialId: string
  /** Copies that go when the new ones are there. */
  readonly replaces: 'used' | 'all'
}

export interface KeptAuthorization {
  /** What browsers were sent with, the newest last; each is good for one answer. */
  readonly attempts: readonly Attempt[]
  /** What the first one brought back. */
  readonly code?: KeptCode
}

export interface Attempt {
  readonly state: string
  readonly proofKey: ProofKey
  readonly redirectUri: string
  /** Where the browser goes; absent until it is known. */
  readonly url?: string
  /** Epoch seconds; absent where the address does not end. */
  readonly endsAt?: number
}

export interface KeptCode {
  readonly state: string
  readonly code: string
  readonly codeVerifier: string
  readonly redirectUri: string
  /** Somebody asks for the token since then, in epoch seconds; absent where nobody does. */
  readonly askedAt?: number
  readonly askedBy?: string
}

/** A credential whose issuer wants to hear what became of it (OpenID4VCI 1.0 §11). */
export interface Notice {
  readonly endpoint: string
  readonly notificationId: string
  /** How often it was asked to hear it and did not answer. Absent: never. */
  readonly unheard?: number
  /** What it has heard, or would not hear, at last. */
  readonly told?: NotificationEvent
}

export interface KeptToken {
  readonly accessToken: string
  readonly tokenType: 'DPoP' | 'Bearer'
  /** Epoch seconds; absent where the issuer did not say, and in rows of releases before. */
  readonly expiresAt?: number | undefined
  /** By which the next token is had; absent where there is none. */
  readonly refreshToken?: string | undefined
  /** Somebody asks for the next one since then, in epoch seconds. */
  readonly refreshing?: { readonly at: number; readonly by: string } | undefined
  /** What the token is good for, in the order of the offer. */
  readonly entitled: readonly Entitlement[]
}

/** An entitlement is one credential to ask for. */
export interface Entitlement {
  readonly configurationId: string
  /** Present where the token response named credentials: then requests use it (OpenID4VCI 1.0 §8.2). */
  readonly credentialIdentifier?: string
}

/** Names one of the promised credentials within its issuance. */
export function slotOf({ configurationId, credentialIdentifier }: Entitlement): string {
  return JSON.stringify([configurationId, credentialIdentifier ?? null])
}

const NO_PROGRESS: Progress = { requests: {} }

/** Unfinished issuances are worth nothing after this: every code of theirs has expired. */
const KEPT_OPEN_SECONDS = 30 * 86_400
/** What is needed to tell an issuer is kept so long after the beginning: tokens of an issuance live for minutes. */
const KEPT_UNTOLD_SECONDS = 3600
/** An issuer that did not answer so often is not asked again. */
const MOST_UNHEARD = 5

/**
 * A code is good once, so all who take it up do the same. What is authorized in a browser may be had anew as often as somebody says
 * yes to it: each time that it is opened it is an issuance of its own.
 */
export function issuanceHash(
  { columns }: Wallet,
  { grants, issuer }: CredentialOffer,
  exchangeId: string | undefined,
): Promise<string> {
  const code = grants[PRE_AUTHORIZED_CODE]?.code
  const what = code === undefined ? [issuer, 'exchange', exchangeId] : [issuer, code]
  return columns.hash('offer', JSON.stringify(what))
}

export async function findIssuance(
  wallet: Wallet,
  owned: OwnedWallet,
  hash: string,
): Promise<IssuanceRecord | undefined> {
  const row = await wallet.database.db
    .selectFrom('receptions')
    .selectAll()
    .where('wallet_id', '=', owned.id)
    .where('offer_hash', '=', hash)
    .executeTakeFirst()
  return row && opened(wallet, row)
}

/** Makes the row, or finds the one that somebody else made first: then its key counts. */
export async function beginIssuance(
  wallet: Wallet,
  owned: OwnedWallet,
  hash: string,
  keyId: string,
): Promise<IssuanceRecord> {
  const progress: Progress = { senderKey: generateSoftwareKey('ES256'), requests: {} }
  await wallet.database.db
    .insertInto('receptions')
    .values(issuanceRow(wallet, owned, { hash, keyId, progress }))
    .onConflict((conflict) => conflict.columns(['wallet_id', 'offer_hash']).doNothing())
    .execute()
  await forgetOld(wallet, owned)
  const begun = await findIssuance(wallet, owned, hash)
  if (begun === undefined) throw new Error('an issuance that was just written is not there')
  return begun
}

/** A new one, with what is known of it. */
export function issuanceRow(
  wallet: Wallet,
  owned: OwnedWallet,
  { hash, keyId, progress }: { readonly hash: string; readonly keyId: string; readonly progress: Progress },
): IssuanceRow {
  const id = wallet.newId()
  return {
    id,
    wallet_id: owned.id,
    offer_hash: hash,
    key_id: keyId,
    state: 'open',
    progress_sealed: sealed(wallet, id, progress),
    version: 1,
    created_at: wallet.now(),
  }
}

/**
 * Writes what `change` makes of the progress. It may run several times, each time on what is written now, so it must
 * keep what others wrote. A finished issuance comes back as it is.
 */
export async function advance(
  wallet: Wallet,
  issuance: IssuanceRecord,
  change: (progress: Progress) => Progress,
): Promise<IssuanceRecord> {
  for (let current = issuance; ; current = await reload(wallet, current)) {
    if (current.finished) return current
    const progress = change(current.progress)
    if (progress === current.progress) return current
    if (await rewrite(wallet, current, progress, 'open'))
      return { ...current, progress, version: current.version + 1 }
  }
}

export async function reload(wallet: Wallet, { id }: Pick<IssuanceRecord, 'id'>): Promise<IssuanceRecord> {
  const issuance = await findIssuanceById(wallet, id)
  if (issuance === undefined) throw new Error('an issuance that is under way is not there')
  return issuance
}

/** Undefined for one that was forgotten. */
export async function findIssuanceById(wallet: Wallet, id: string): Promise<IssuanceRecord | undefined> {
  const row = await wallet.database.db
    .selectFrom('receptions')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row && opened(wallet, row)
}

/** Everything promised is stored; proofs are dropped, and token and key with them where nothing is left to tell. */
export async function finishIssuance(wallet: Wallet, issuance: IssuanceRecord): Promise<IssuanceRecord> {
  for (let current = issuance; ; current = await reload(wallet, current)) {
    if (current.finished) return current
    const progress = leftToTell(current.progress)
    if (await rewrite(wallet, current, progress, 'finished'))
      return { ...current, progress, finished: true, version: current.version + 1 }
  }
}

/** The issuer answered, or will not hear of it. */
export function noteTold(
  wallet: Wallet,
  issuance: Pick<IssuanceRecord, 'id'>,
  slot: string,
  event: NotificationEvent,
): Promise<void> {
  return changeNotice(wallet, issuance, slot, (notice) => ({ ...notice, told: event }))
}

/** The issuer did not answer. */
export function noteUnheard(
  wallet: Wallet,
  issuance: Pick<IssuanceRecord, 'id'>,
  slot: string,
  event: NotificationEvent,
): Promise<void> {
  return changeNotice(wallet, issuance, slot, (notice) => {
    const unheard = (notice.unheard ?? 0) + 1
    return { ...notice, unheard, ...(unheard >= MOST_UNHEARD && { told: event }) }
  })
}

/** Nothing is lost where a row is gone, or is past telling. With the last that was to be told go token and key. */
async function changeNotice(
  wallet: Wallet,
  { id }: Pick<IssuanceRecord, 'id'>,
  slot: string,
  change: (notice: Notice) => Notice,
): Promise<void> {
  for (;;) {
    const current = await reload(wallet, { id })
    const { notices } = current.progress
    const notice = notices?.[slot]
    if (notice === undefined) return
    const progress = { ...current.progress, notices: { ...notices, [slot]: change(notice) } }
    const written = current.finished
      ? await rewrite(wallet, current, leftToTell(progress), 'finished')
      : await rewrite(wallet, current, progress, 'open')
    if (written) return
  }
}

/** What a finished issuance keeps. Keys of copies are with the copies by now. */
function leftToTell({
  authorization: _authorization,
  envelopes: _envelopes,
  keys: _keys,
  notices = {},
  ...progress
}: Progress): Progress {
  const left = Object.entries(notices).filter(([, { told }]) => told === undefined)
  if (left.length === 0) return NO_PROGRESS
  return { ...progress, requests: {}, notices: Object.fromEntries(left) }
}

/** False when somebody was first. */
async function rewrite(
  wallet: Wallet,
  { id, version }: IssuanceRecord,
  progress: Progress,
  state: IssuanceRow['state'],
): Promise<boolean> {
  const written = await wallet.database.db
    .updateTable('receptions')
    .set({
      state,
      progress_sealed: progress === NO_PROGRESS ? null : sealed(wallet, id, progress),
      version: version + 1,
    })
    .where('id', '=', id)
    .where('version', '=', version)
    .returning('id')
    .executeTakeFirst()
  return written !== undefined
}

/** What nobody could be told in time, of every wallet: its owner may never come back. */
async function forgetOld({ database, now }: Wallet, owned: OwnedWallet): Promise<void> {
  await database.db
    .updateTable('receptions')
    .set((row) => ({ progress_sealed: null, version: row('version', '+', 1) }))
    .where('state', '=', 'finished')
    .where('progress_sealed', 'is not', null)
    .where('created_at', '<', now() - KEPT_UNTOLD_SECONDS)
    .execute()
  await database.db
    .deleteFrom('receptions')
    .where('wallet_id', '=', owned.id)
    .where('state', '=', 'open')
    .where('created_at', '<', now() - KEPT_OPEN_SECONDS)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('credentials').select('id').whereRef('reception_id', '=', 'receptions.id'))),
    )
    // What is still to come is waited for as long as it says itself.
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('deferred_credentials').select('id').whereRef('reception_id', '=', 'receptions.id'),
        ),
      ),
    )
    .execute()
}

function opened({ columns }: Wallet, row: IssuanceRow): IssuanceRecord {
  const { id, key_id: keyId, progress_sealed: text, version } = row
  const progress: Progress =
    text === null ? NO_PROGRESS : JSON.parse(columns.open(['receptions', id, 'progress'], text))
  return { id, keyId, finished: row.state === 'finished', version, progress }
}

function sealed({ columns }: Wallet, id: string, progress: Progress): string {
  return columns.seal(['receptions', id, 'progress'], JSON.stringify(progress))
}

/**
 * An offer being taken up, as a row that outlives the instance that works on it. Whatever is sent to the issuer is
 * written here first, so whoever goes on, after a crash or at the same time, sends the same: the same sender key, the
 * same token, the same proofs. Writers compare-and-set on a version; the loser goes on with what the winner wrote.
 */
import { generateSoftwareKey, type PrivateJwk } from '@countersign/keys/signers/software-key'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import type { CredentialOffer } from '@countersign/protocol/openid4vci/offer'
import type { IssuanceRow } from '../database/schema.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'

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
  readonly token?: KeptToken
  /** The exact body of each credential request, by `slotOf`. */
  readonly requests: Readonly<Record<string, string>>
}

export interface KeptToken {
  readonly accessToken: string
  readonly tokenType: 'DPoP' | 'Bearer'
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

/** Unfinished issuances are worth nothing after this: every code of theirs has expired. */
const KEPT_OPEN_SECONDS = 30 * 86_400

export function offerHash({ columns }: Wallet, offer: CredentialOffer): Promise<string> {
  return columns.hash('offer', JSON.stringify([offer.issuer, offer.grants[PRE_AUTHORIZED_CODE]?.code]))
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
  const id = wallet.newId()
  const progress: Progress = { senderKey: generateSoftwareKey('ES256'), requests: {} }
  await wallet.database.db
    .insertInto('receptions')
    .values({
      id,
      wallet_id: owned.id,
      offer_hash: hash,
      key_id: keyId,
      state: 'open',
      progress_sealed: sealed(wallet, id, progress),
      version: 1,
      created_at: wallet.now(),
    })
    .onConflict((conflict) => conflict.columns(['wallet_id', 'offer_hash']).doNothing())
    .execute()
  await forgetOld(wallet, owned)
  const begun = await findIssuance(wallet, owned, hash)
  if (begun === undefined) throw new Error('an issuance that was just written is not there')
  return begun
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
    const written = await wallet.database.db
      .updateTable('receptions')
      .set({ progress_sealed: sealed(wallet, current.id, progress), version: current.version + 1 })
      .where('id', '=', current.id)
      .where('version', '=', current.version)
      .where('state', '=', 'open')
      .returning('id')
      .executeTakeFirst()
    if (written !== undefined) return { ...current, progress, version: current.version + 1 }
  }
}

export async function reload(wallet: Wallet, { id }: IssuanceRecord): Promise<IssuanceRecord> {
  const row = await wallet.database.db
    .selectFrom('receptions')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return opened(wallet, row)
}

/** Everything promised is stored; token, keys and proofs are dropped. */
export async function finishIssuance({ database }: Wallet, issuance: IssuanceRecord): Promise<void> {
  await database.db
    .updateTable('receptions')
    .set((row) => ({ state: 'finished' as const, progress_sealed: null, version: row('version', '+', 1) }))
    .where('id', '=', issuance.id)
    .execute()
}

async function forgetOld({ database, now }: Wallet, owned: OwnedWallet): Promise<void> {
  await database.db
    .deleteFrom('receptions')
    .where('wallet_id', '=', owned.id)
    .where('state', '=', 'open')
    .where('created_at', '<', now() - KEPT_OPEN_SECONDS)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('credentials').select('id').whereRef('reception_id', '=', 'receptions.id'))),
    )
    .execute()
}

function opened({ columns }: Wallet, row: IssuanceRow): IssuanceRecord {
  const { id, key_id: keyId, progress_sealed: text, version } = row
  const progress: Progress =
    text === null ? { requests: {} } : JSON.parse(columns.open(['receptions', id, 'progress'], text))
  return { id, keyId, finished: row.state === 'finished', version, progress }
}

function sealed({ columns }: Wallet, id: string, progress: Progress): string {
  return columns.seal(['receptions', id, 'progress'], JSON.stringify(progress))
}

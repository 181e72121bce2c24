/**
 * With what more of a card is asked for when the issuance is over: the refresh token and the key that it is bound to, and what was asked
 * for. One row for everything that came of one authorization, since that has one refresh token, which is another one each time. One
 * at a time has the row, on however many instances: whoever takes it counts its version up, and writes only while it is that version.
 */
import type { PrivateJwk } from '@countersign/keys/signers/software-key'
import type { RenewalRow } from '../database/copies-schema.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import type { Issuer } from './fetch-offer.ts'
import type { IssuancePlan, PlannedConfiguration } from './issuance-plan.ts'
import { type Entitlement, type IssuanceRecord, slotOf } from './issuance-record.ts'

export interface RenewalState {
  /** Credential issuer identifier. */
  readonly issuer: string
  readonly authorizationServer: string
  /** What the token was asked for as; absent for an anonymous client. */
  readonly clientId?: string | undefined
  readonly senderKey?: PrivateJwk | undefined
  /** The newest. */
  readonly refreshToken: string
  /** What there is to ask for, by `slotOf`. */
  readonly parts: Readonly<Record<string, RenewalPart>>
  /** A token was given for this, and what it is good for has not come yet. */
  readonly pending?: { readonly credentialId: string; readonly issuanceId: string } | undefined
}

export interface RenewalPart {
  readonly entitlement: Entitlement
  readonly configuration: PlannedConfiguration
}

export interface Renewal {
  readonly id: string
  readonly version: number
  readonly failures: number
  /** Epoch seconds; nothing is tried by itself before. */
  readonly nextAt: number
  readonly isLeased: boolean
  readonly state: RenewalState
}

/** Longer than everything takes that is asked for with it. */
const LEASE_SECONDS = 180
const FIRST_PAUSE_SECONDS = 60
const LONGEST_PAUSE_SECONDS = 86_400

/** Before the issuance is finished, and as often as somebody finishes it. Nothing where the server gave no refresh token. */
export async function keepRenewal(
  wallet: Wallet,
  owned: OwnedWallet,
  issuance: IssuanceRecord,
  {
    clientId,
    issuer,
    plan,
  }: { readonly issuer: Issuer; readonly plan: IssuancePlan; readonly clientId?: string | undefined },
): Promise<void> {
  const { senderKey, token } = issuance.progress
  if (issuance.finished || token?.refreshToken === undefined) return
  const parts: Record<string, RenewalPart> = {}
  for (const entitlement of token.entitled) {
    const configuration = plan.configurations.find(({ id }) => id === entitlement.configurationId)
    if (configuration !== undefined) parts[slotOf(entitlement)] = { entitlement, configuration }
  }
  const state: RenewalState = {
    issuer: issuer.metadata.issuer,
    authorizationServer: issuer.authorizationServer.issuer,
    clientId,
    senderKey,
    refreshToken: token.refreshToken,
    parts,
  }
  const { id } = issuance
  await wallet.database.inTransaction(async (transaction) => {
    await transaction
      .insertInto('renewals')
      .values({
        id,
        wallet_id: owned.id,
        state_sealed: sealed(wallet, id, state),
        version: 1,
        leased_until: null,
        failures: 0,
        next_at: 0,
        created_at: wallet.now(),
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
    await transaction
      .updateTable('credentials')
      .set({ renewal_id: id })
      .where('wallet_id', '=', owned.id)
      .where('reception_id', '=', id)
      .execute()
  })
}

/**
 * What was waited for came later, and the token may have been exchanged meanwhile: its card is renewed with the others', by the newest.
 * Before the issuance is finished nobody renews by it.
 */
export async function followRenewal(wallet: Wallet, { id, progress }: IssuanceRecord): Promise<void> {
  const { refreshToken } = progress.token ?? {}
  await wallet.database.inTransaction(async (transaction) => {
    const row = await transaction.selectFrom('renewals').selectAll().where('id', '=', id).executeTakeFirst()
    if (row === undefined) return
    const { state } = opened(wallet, row)
    if (refreshToken !== undefined && refreshToken !== state.refreshToken)
      await transaction
        .updateTable('renewals')
        .set({ state_sealed: sealed(wallet, id, { ...state, refreshToken }), version: row.version + 1 })
        .where('id', '=', id)
        .execute()
    await transaction
      .updateTable('credentials')
      .set({ renewal_id: id })
      .where('reception_id', '=', id)
      .execute()
  })
}

/** Undefined where nothing more can be had. */
export async function findRenewal(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
): Promise<Renewal | undefined> {
  const row = await wallet.database.db
    .selectFrom('renewals')
    .selectAll()
    .where('id', '=', id)
    .where('wallet_id', '=', owned.id)
    .executeTakeFirst()
  return row && opened(wallet, row)
}

/** Undefined where somebody else has it. */
export async function leaseRenewal(wallet: Wallet, renewal: Renewal): Promise<Renewal | undefined> {
  if (renewal.isLeased) return undefined
  const leased = await wallet.database.db
    .updateTable('renewals')
    .set({ version: renewal.version + 1, leased_until: wallet.now() + LEASE_SECONDS })
    .where('id', '=', renewal.id)
    .where('version', '=', renewal.version)
    .returning('id')
    .executeTakeFirst()
  return leased && { ...renewal, version: renewal.version + 1, isLeased: true }
}

/** Whoever has it writes; undefined for one whose time is over and who was followed by another. */
export async function writeRenewal(
  wallet: Wallet,
  renewal: Renewal,
  state: RenewalState,
  { db }: Pick<Wallet['database'], 'db'> = wallet.database,
): Promise<Renewal | undefined> {
  const written = await db
    .updateTable('renewals')
    .set({ version: renewal.version + 1, state_sealed: sealed(wallet, renewal.id, state) })
    .where('id', '=', renewal.id)
    .where('version', '=', renewal.version)
    .returning('id')
    .executeTakeFirst()
  return written && { ...renewal, version: renewal.version + 1, state }
}

/** Others may have it. After a failure nothing is tried by itself for a while, longer each time. */
export async function releaseRenewal(
  { database, now }: Wallet,
  { failures, id, version }: Renewal,
  outcome: 'done' | 'failed',
): Promise<void> {
  const pause = Math.min(FIRST_PAUSE_SECONDS * 2 ** failures, LONGEST_PAUSE_SECONDS)
  const after =
    outcome === 'done' ? { failures: 0, next_at: 0 } : { failures: failures + 1, next_at: now() + pause }
  await database.db
    .updateTable('renewals')
    .set({ version: version + 1, leased_until: null, ...after })
    .where('id', '=', id)
    .where('version', '=', version)
    .execute()
}

/** The server takes the refresh token no more: nothing else would. Cards still name it, since it says which offer they came of. */
export async function endRenewal({ database }: Wallet, { id, version }: Renewal): Promise<void> {
  await database.db.deleteFrom('renewals').where('id', '=', id).where('version', '=', version).execute()
}

function opened({ columns, now }: Wallet, row: RenewalRow): Renewal {
  const { failures, id, leased_until: until, next_at: nextAt, state_sealed: text, version } = row
  const state: RenewalState = JSON.parse(columns.open(['renewals', id, 'state'], text))
  return { id, version, failures, nextAt, isLeased: until !== null && until > now(), state }
}

function sealed({ columns }: Wallet, id: string, state: RenewalState): string {
  return columns.seal(['renewals', id, 'state'], JSON.stringify(state))
}

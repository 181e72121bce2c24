/**
 * Passkeys of an account (WebAuthn Level 3): registered by its owner or together with the account, and logins with them. The
 * user is always verified by the authenticator. The library that reads authenticators' answers is loaded when one comes.
 */

import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { loginOptionsJson, registrationOptionsJson } from '@countersign/service/login/passkey-options'
import {
  type AuthenticatorFault,
  hasCountedOn,
  type NewKey,
  type RelyingParty,
  type StoredKey,
  verifyLogin,
  verifyRegistration,
} from '@countersign/service/login/read-authenticator'
import type { Kysely } from 'kysely'
import { lockAccount } from '../database/locks.ts'
import type { PasskeyRow, WalletTables } from '../database/schema.ts'
import type { Wallet } from '../wallet.ts'
import {
  beginCeremony,
  type Ceremony,
  type CeremonyKind,
  type CeremonyRefusal,
  openCeremony,
  spendCeremony,
} from './ceremony.ts'
import { countRegistration, type TooManyAttempts } from './login-limit.ts'
import { giveRecoveryCodes } from './recovery-codes.ts'
import { insertAccount, newAccountWithoutPassword } from './register-account.ts'
import { issueToken } from './session-token.ts'
import { userInfo } from './user-info.ts'

export interface Passkey {
  readonly id: string
  readonly label: string
  readonly createdAt: number
  readonly usedAt?: number | undefined
  /** Whether its authenticator derives secrets, which wallets whose keys the service cannot use will want. */
  readonly prf: boolean
}

export type PasskeyRefusal =
  | TooManyAttempts
  | CeremonyRefusal
  | AuthenticatorFault
  | { readonly code: 'passkey_exists' }
  | { readonly code: 'passkey_unknown' }
  | { readonly code: 'passkey_cloned' }
  | { readonly code: 'login_failed' }
  | { readonly code: 'too_many_passkeys'; readonly max: number }
  | { readonly code: 'last_login' }

export const MAX_PASSKEYS = 20
const DEFAULT_NAME = 'My wallet'

export interface Options {
  readonly ceremony: string
  readonly options: JsonObject
}

/** For the caller's account; without one, for an account that is made together with the passkey. */
export async function registrationOptions(
  wallet: Wallet,
  rp: RelyingParty,
  wanted: { readonly accountId?: string | undefined; readonly name?: string | undefined },
): Promise<Result<Options, PasskeyRefusal>> {
  const { accountId } = wanted
  const held = accountId === undefined ? [] : await rowsOf(wallet, accountId)
  if (held.length >= MAX_PASSKEYS) return refuse({ code: 'too_many_passkeys', max: MAX_PASSKEYS })
  const subject =
    accountId === undefined
      ? { accountId: wallet.newId(), name: wanted.name ?? DEFAULT_NAME, isNew: true }
      : { accountId, name: await nameOf(wallet, accountId), isNew: false }
  const { ceremony, challenge } = beginCeremony(wallet, 'registration', subject)
  const options = registrationOptionsJson(rp, {
    user: { id: subject.accountId, name: subject.name },
    challenge,
    held: held.map((row) => opened(wallet, row)),
    extensions: { credProps: true, prf: {} },
  })
  return ok({ ceremony, options })
}

/** What an authenticator answered, with the challenge that it answers. */
export interface PasskeyAnswer {
  readonly ceremony: string
  readonly credential: JsonObject
}

export interface RegisterPasskey extends PasskeyAnswer {
  readonly label?: string | undefined
  /** Whose login came with the call. */
  readonly caller?: string | undefined
  readonly sender: string
  /** What the caller's program calls itself. */
  readonly client?: string | undefined
}

export interface Registered {
  readonly passkey: Passkey
  /** Present where an account was made. */
  readonly entered?: { readonly token: string; readonly recoveryCodes: readonly string[] } | undefined
}

export async function registerPasskey(
  wallet: Wallet,
  rp: RelyingParty,
  request: RegisterPasskey,
): Promise<Result<Registered, PasskeyRefusal>> {
  const ceremony = openCeremony(wallet, 'registration', request.ceremony)
  if (!ceremony.ok) return ceremony
  const { subject } = ceremony.value
  // A link to somebody else's ceremony must not put a passkey into his account, nor into the reader's.
  const isFor =
    subject !== undefined &&
    (subject.isNew ? request.caller === undefined : request.caller === subject.accountId)
  if (subject === undefined || !isFor) return refuse({ code: 'ceremony_unknown' })
  const key = await verifyRegistration(rp, ceremony.value.challenge, request.credential)
  if (!key.ok) return key
  if (subject.isNew) {
    const limited = await countRegistration(wallet, request.sender)
    if (limited !== undefined) return refuse(limited)
  }
  const spent = await spendCeremony(wallet, ceremony.value)
  if (!spent.ok) return spent
  const { accountId } = subject
  const row = await passkeyRow(wallet, accountId, { ...key.value, label: request.label })
  const passkey = viewed(wallet, row)
  if (!subject.isNew) {
    const kept = await insertPasskey(wallet.database.db, row)
    return kept ? ok({ passkey }) : refuse({ code: 'passkey_exists' })
  }
  const recoveryCodes = await makeAccount(wallet, { ...subject, id: accountId }, row)
  if (recoveryCodes === undefined) return refuse({ code: 'passkey_exists' })
  const token = await issueToken(wallet, { accountId, by: 'passkey', client: request.client })
  return ok({ passkey, entered: { token, recoveryCodes } })
}

export function loginOptions(wallet: Wallet, rp: RelyingParty): Options {
  const { ceremony, challenge } = beginCeremony(wallet, 'login')
  return { ceremony, options: loginOptionsJson(rp, challenge) }
}

export async function loginWithPasskey(
  wallet: Wallet,
  rp: RelyingParty,
  answer: PasskeyAnswer & Pick<RegisterPasskey, 'client'>,
): Promise<Result<{ readonly token: string }, PasskeyRefusal>> {
  const proved = await prove(wallet, rp, 'login', answer)
  if (!proved.ok) return proved
  const { account_id: accountId } = proved.value.row
  return ok({ token: await issueToken(wallet, { accountId, by: 'passkey', client: answer.client }) })
}

/** For an account that is logged in, and is to show once more whose it is. */
export async function confirmationOptions(
  wallet: Wallet,
  rp: RelyingParty,
  accountId: string,
): Promise<Options> {
  const subject = { accountId, name: await nameOf(wallet, accountId), isNew: false }
  const { ceremony, challenge } = beginCeremony(wallet, 'confirmation', subject)
  return { ceremony, options: loginOptionsJson(rp, challenge) }
}

/** Whether a passkey of this very account confirms what was begun for it. */
export async function confirmPasskey(
  wallet: Wallet,
  rp: RelyingParty,
  { accountId, ...answer }: PasskeyAnswer & { readonly accountId: string },
): Promise<Result<boolean, CeremonyRefusal | AuthenticatorFault>> {
  const proved = await prove(wallet, rp, 'confirmation', answer)
  if (proved.ok) {
    const { row, subject } = proved.value
    return ok(row.account_id === accountId && subject?.accountId === accountId)
  }
  const { error } = proved
  return error.code === 'login_failed' || error.code === 'passkey_cloned' ? ok(false) : refuse(error)
}

type Unproved =
  | CeremonyRefusal
  | AuthenticatorFault
  | { readonly code: 'login_failed' }
  | { readonly code: 'passkey_cloned' }

/** By which passkey a challenge of this kind was answered; it is spent with that. */
async function prove(
  wallet: Wallet,
  rp: RelyingParty,
  kind: CeremonyKind,
  { ceremony: text, credential }: PasskeyAnswer,
): Promise<Result<{ readonly row: PasskeyRow; readonly subject: Ceremony['subject'] }, Unproved>> {
  const ceremony = openCeremony(wallet, kind, text)
  if (!ceremony.ok) return ceremony
  const { id } = credential
  const row = typeof id === 'string' ? await rowOf(wallet, id) : undefined
  if (row === undefined) return refuse({ code: 'login_failed' })
  const counted = await verifyLogin(rp, ceremony.value.challenge, credential, opened(wallet, row))
  if (!counted.ok) return counted
  const spent = await spendCeremony(wallet, ceremony.value)
  if (!spent.ok) return spent
  if (!(await count(wallet, row, counted.value))) return refuse({ code: 'passkey_cloned' })
  return ok({ row, subject: ceremony.value.subject })
}

export async function listPasskeys(wallet: Wallet, accountId: string): Promise<readonly Passkey[]> {
  return (await rowsOf(wallet, accountId)).map((row) => viewed(wallet, row))
}

/** Whoever has neither password nor another passkey keeps the last one, also where two are removed at once. */
export async function removePasskey(
  wallet: Wallet,
  accountId: string,
  id: string,
): Promise<Result<undefined, PasskeyRefusal>> {
  const { email } = await userInfo(wallet, accountId)
  const hasPassword = email !== '' && wallet.passwordLogin
  return wallet.database.inTransaction(async (transaction) => {
    await lockAccount(wallet, transaction, accountId)
    const rows = await transaction
      .selectFrom('passkeys')
      .select('id')
      .where('account_id', '=', accountId)
      .execute()
    if (!rows.some((row) => row.id === id)) return refuse({ code: 'passkey_unknown' })
    if (rows.length === 1 && !hasPassword) return refuse({ code: 'last_login' })
    await transaction.deleteFrom('passkeys').where('id', '=', id).execute()
    return ok(undefined)
  })
}

interface KeptKey extends StoredKey, Pick<NewKey, 'prf'> {
  readonly label: string
}

const DEFAULT_LABEL = 'Passkey'

export async function passkeyRow(
  wallet: Wallet,
  accountId: string,
  { counter, label = DEFAULT_LABEL, ...key }: NewKey & { readonly label?: string | undefined },
): Promise<PasskeyRow> {
  const id = await wallet.columns.hash('passkey', key.credentialId)
  const kept: KeptKey = { ...key, label }
  return {
    id,
    account_id: accountId,
    created_at: wallet.now(),
    passkey_sealed: wallet.columns.seal(['passkeys', id, 'passkey'], JSON.stringify(kept)),
    counter,
    used_at: null,
  }
}

/** False where somebody has it. */
export async function insertPasskey(db: Kysely<WalletTables>, row: PasskeyRow): Promise<boolean> {
  const inserted = await db
    .insertInto('passkeys')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

/** An account that is entered by this passkey, and the recovery codes of its owner; undefined where somebody has the passkey. */
async function makeAccount(
  wallet: Wallet,
  { id, name }: { readonly id: string; readonly name: string },
  row: PasskeyRow,
): Promise<readonly string[] | undefined> {
  const account = await newAccountWithoutPassword(wallet, { id, name })
  return wallet.database
    .inTransaction(async (transaction) => {
      await insertAccount(wallet, transaction, account, name)
      if (!(await insertPasskey(transaction, row))) throw new PasskeyTaken()
      return await giveRecoveryCodes(wallet, transaction, id)
    })
    .catch(untaken)
}

/** Rolls the account back that was to be made with it. */
class PasskeyTaken extends Error {}

function untaken(error: unknown): undefined {
  if (error instanceof PasskeyTaken) return undefined
  throw error
}

/** False where the authenticator has not counted on. Two logins of one at once are two numbers, and the larger one stays. */
async function count(
  { database, now }: Wallet,
  { id, counter: before }: PasskeyRow,
  counter: number,
): Promise<boolean> {
  if (!hasCountedOn(before, counter)) return false
  await database.db
    .updateTable('passkeys')
    .set({ counter, used_at: now() })
    .where('id', '=', id)
    .where('counter', '<=', counter)
    .execute()
  return true
}

async function rowOf(wallet: Wallet, credentialId: string): Promise<PasskeyRow | undefined> {
  return wallet.database.db
    .selectFrom('passkeys')
    .selectAll()
    .where('id', '=', await wallet.columns.hash('passkey', credentialId))
    .executeTakeFirst()
}

function rowsOf({ database }: Wallet, accountId: string): Promise<PasskeyRow[]> {
  return database.db
    .selectFrom('passkeys')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

async function nameOf(wallet: Wallet, accountId: string): Promise<string> {
  const { email, name } = await userInfo(wallet, accountId)
  return email === '' ? name : email
}

function opened({ columns }: Wallet, { id, passkey_sealed: sealed }: PasskeyRow): KeptKey {
  return JSON.parse(columns.open(['passkeys', id, 'passkey'], sealed))
}

function viewed(wallet: Wallet, row: PasskeyRow): Passkey {
  const { label, prf } = opened(wallet, row)
  return { id: row.id, label, createdAt: row.created_at, usedAt: row.used_at ?? undefined, prf }
}

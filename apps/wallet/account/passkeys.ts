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
import type { PasskeyRow } from '../database/schema.ts'
import type { Wallet } from '../wallet.ts'
import {
  beginCeremony,
  type Ceremony,
  type CeremonyRefusal,
  openCeremony,
  spendCeremony,
} from './ceremony.ts'
import { countRegistration, type TooManyAttempts } from './login-limit.ts'
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

export interface RegisterPasskey {
  readonly ceremony: string
  readonly credential: JsonObject
  readonly label?: string | undefined
  /** Whose login came with the call. */
  readonly caller?: string | undefined
  readonly sender: string
}

export interface Registered {
  readonly passkey: Passkey
  /** Present where an account was made. */
  readonly token?: string | undefined
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
  const kept = await keep(wallet, { subject, key: { ...key.value, label: request.label ?? 'Passkey' } })
  if (!kept.ok) return kept
  const token = subject.isNew ? await issueToken(wallet, subject.accountId) : undefined
  return ok({ passkey: viewed(wallet, kept.value), token })
}

export function loginOptions(wallet: Wallet, rp: RelyingParty): Options {
  const { ceremony, challenge } = beginCeremony(wallet, 'login')
  return { ceremony, options: loginOptionsJson(rp, challenge) }
}

export async function loginWithPasskey(
  wallet: Wallet,
  rp: RelyingParty,
  request: Pick<RegisterPasskey, 'ceremony' | 'credential'>,
): Promise<Result<{ readonly token: string }, PasskeyRefusal>> {
  const ceremony = openCeremony(wallet, 'login', request.ceremony)
  if (!ceremony.ok) return ceremony
  const { id } = request.credential
  const row = typeof id === 'string' ? await rowOf(wallet, id) : undefined
  if (row === undefined) return refuse({ code: 'login_failed' })
  const counted = await verifyLogin(rp, ceremony.value.challenge, request.credential, opened(wallet, row))
  if (!counted.ok) return counted
  const spent = await spendCeremony(wallet, ceremony.value)
  if (!spent.ok) return spent
  if (!(await count(wallet, row, counted.value))) return refuse({ code: 'passkey_cloned' })
  return ok({ token: await issueToken(wallet, row.account_id) })
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
  return wallet.database.inTransaction(async (transaction) => {
    // Written as it is, for the lock that comes with it: whoever removes another one waits.
    await transaction
      .updateTable('accounts')
      .set((row) => ({ created_at: row.ref('created_at') }))
      .where('id', '=', accountId)
      .execute()
    const rows = await transaction
      .selectFrom('passkeys')
      .select('id')
      .where('account_id', '=', accountId)
      .execute()
    if (!rows.some((row) => row.id === id)) return refuse({ code: 'passkey_unknown' })
    if (rows.length === 1 && email === '') return refuse({ code: 'last_login' })
    await transaction.deleteFrom('passkeys').where('id', '=', id).execute()
    return ok(undefined)
  })
}

interface KeptKey extends StoredKey, Pick<NewKey, 'prf'> {
  readonly label: string
}

async function keep(
  wallet: Wallet,
  {
    key,
    subject,
  }: {
    readonly key: KeptKey & { readonly counter: number }
    readonly subject: NonNullable<Ceremony['subject']>
  },
): Promise<Result<PasskeyRow, PasskeyRefusal>> {
  const { counter, ...kept } = key
  const id = await wallet.columns.hash('passkey', key.credentialId)
  const row: PasskeyRow = {
    id,
    account_id: subject.accountId,
    created_at: wallet.now(),
    passkey_sealed: wallet.columns.seal(['passkeys', id, 'passkey'], JSON.stringify(kept)),
    counter,
    used_at: null,
  }
  const account = subject.isNew
    ? await newAccountWithoutPassword(wallet, { ...subject, id: subject.accountId })
    : undefined
  const made = await wallet.database
    .inTransaction(async (transaction) => {
      if (account !== undefined) await insertAccount(wallet, transaction, account, subject.name)
      const inserted = await transaction
        .insertInto('passkeys')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id')
        .executeTakeFirst()
      if (inserted === undefined && account !== undefined) throw new PasskeyTaken()
      return inserted !== undefined
    })
    .catch(untaken)
  return made ? ok(row) : refuse({ code: 'passkey_exists' })
}

/** Rolls the account back that was to be made with it. */
class PasskeyTaken extends Error {}

function untaken(error: unknown): false {
  if (error instanceof PasskeyTaken) return false
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

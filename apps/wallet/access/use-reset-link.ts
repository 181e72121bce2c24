/**
 * Uses a link of the operator: with it the owner of an account sets a password or registers a passkey, and is logged in. Whatever
 * the account was entered by before enters it no more: who asks for such a link may have lost the old things to somebody else. The
 * dear work comes before the transaction, what spends the link within it: of two at once one wins, and nothing is half done.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { registrationOptionsJson } from '@countersign/service/login/passkey-options'
import {
  type AuthenticatorFault,
  type RelyingParty,
  verifyRegistration,
} from '@countersign/service/login/read-authenticator'
import type { Transaction } from 'kysely'
import { beginCeremony, type CeremonyRefusal, openCeremony, spendCeremony } from '../account/ceremony.ts'
import { countLogin, forgiveLogin, type TooManyAttempts } from '../account/login-limit.ts'
import { insertPasskey, type PasskeyAnswer, passkeyRow } from '../account/passkeys.ts'
import { type PasswordLength, passwordProblem, unknownPassword } from '../account/password-rule.ts'
import { giveRecoveryCodes } from '../account/recovery-codes.ts'
import { issueToken } from '../account/session-token.ts'
import { userInfo } from '../account/user-info.ts'
import { lockAccount } from '../database/locks.ts'
import type { WalletTables } from '../database/schema.ts'
import type { Wallet } from '../wallet.ts'
import { type LinkUnusable, type OpenedReset, openReset, spendReset } from './reset-link.ts'

export type UseResetRefusal =
  | TooManyAttempts
  | LinkUnusable
  | PasswordLength
  | CeremonyRefusal
  | AuthenticatorFault
  | { readonly code: 'passkey_exists' }
  | { readonly code: 'account_without_password' }

interface WithLink {
  readonly link: string
  readonly sender: string
}

export interface ResetOptions {
  readonly account: { readonly name: string; readonly email?: string | undefined }
  readonly ceremony: string
  readonly options: JsonObject
  /** Epoch seconds; of the link. */
  readonly expiresAt: number
}

/** Whose account it opens, and what a new passkey of theirs needs. */
export async function resetOptions(
  wallet: Wallet,
  rp: RelyingParty,
  { link, sender }: WithLink,
): Promise<Result<ResetOptions, TooManyAttempts | LinkUnusable>> {
  const opened = await openCounted(wallet, { link, sender })
  if (!opened.ok) return opened
  const { accountId, expiresAt } = opened.value
  const { email, name } = await userInfo(wallet, accountId)
  const { ceremony, challenge } = beginCeremony(wallet, 'reset', { accountId, name, isNew: false })
  const user = { id: accountId, name: email === '' ? name : email }
  // None is held: the old ones are forgotten with it.
  const options = registrationOptionsJson(rp, { user, challenge, held: [], extensions: EXTENSIONS })
  const account = { name, email: email === '' || !wallet.passwordLogin ? undefined : email }
  return ok({ account, ceremony, options, expiresAt })
}

const EXTENSIONS: JsonObject = { credProps: true, prf: {} }

export type ResetMeans = { readonly password: string } | PasskeyAnswer

export interface UseReset extends WithLink {
  readonly means: ResetMeans
  readonly client?: string | undefined
}

export interface Reset {
  readonly token: string
  readonly recoveryCodes: readonly string[]
}

export async function useResetLink(
  wallet: Wallet,
  rp: RelyingParty,
  { client, link, means, sender }: UseReset,
): Promise<Result<Reset, UseResetRefusal>> {
  const opened = await openCounted(wallet, { link, sender })
  if (!opened.ok) return opened
  const { accountId } = opened.value
  const prepared =
    'password' in means
      ? await preparePassword(wallet, accountId, means.password)
      : await preparePasskey(wallet, rp, accountId, means)
  if (!prepared.ok) return prepared
  const hash = await wallet.passwords.hash(unknownPassword(wallet))
  const nobodys = wallet.columns.seal(['accounts', accountId, 'password'], hash)
  return wallet.database.inTransaction(async (transaction) => {
    await lockAccount(wallet, transaction, accountId)
    if (!(await spendReset(wallet, transaction, link))) return refuse({ code: 'link_unusable' })
    await forgetWaysIn(transaction, accountId, nobodys)
    await prepared.value(transaction)
    const token = await issueToken(wallet, { accountId, by: 'reset_link', client }, transaction)
    return ok({ token, recoveryCodes: await giveRecoveryCodes(wallet, transaction, accountId) })
  })
}

/** A wrong link costs its sender as much as a wrong password. */
async function openCounted(
  wallet: Wallet,
  { link, sender }: WithLink,
): Promise<Result<OpenedReset, TooManyAttempts | LinkUnusable>> {
  const attempt = { sender, emailHash: 'reset' }
  const limited = await countLogin(wallet, attempt)
  if (limited !== undefined) return refuse(limited)
  const opened = await openReset(wallet, link)
  if (opened.ok) await forgiveLogin(wallet, attempt)
  return opened
}

type Keep = (transaction: Transaction<WalletTables>) => Promise<void>

async function preparePassword(
  wallet: Wallet,
  accountId: string,
  password: string,
): Promise<Result<Keep, PasswordLength | { readonly code: 'account_without_password' }>> {
  const { email } = await userInfo(wallet, accountId)
  if (email === '' || !wallet.passwordLogin) return refuse({ code: 'account_without_password' })
  const problem = passwordProblem(wallet, password)
  if (problem !== undefined) return refuse(problem)
  const hash = await wallet.passwords.hash(password)
  const sealed = wallet.columns.seal(['accounts', accountId, 'password'], hash)
  return ok(async (transaction) => {
    await transaction
      .updateTable('accounts')
      .set({ password_sealed: sealed })
      .where('id', '=', accountId)
      .execute()
  })
}

async function preparePasskey(
  wallet: Wallet,
  rp: RelyingParty,
  accountId: string,
  { ceremony: text, credential }: PasskeyAnswer,
): Promise<Result<Keep, UseResetRefusal>> {
  const ceremony = openCeremony(wallet, 'reset', text)
  if (!ceremony.ok) return ceremony
  if (ceremony.value.subject?.accountId !== accountId) return refuse({ code: 'ceremony_unknown' })
  const key = await verifyRegistration(rp, ceremony.value.challenge, credential)
  if (!key.ok) return key
  const row = await passkeyRow(wallet, accountId, key.value)
  if (await isAnothers(wallet, row)) return refuse({ code: 'passkey_exists' })
  const spent = await spendCeremony(wallet, ceremony.value)
  if (!spent.ok) return spent
  return ok(async (transaction) => {
    // It came to another account in the meantime: nothing of this is written.
    if (!(await insertPasskey(transaction, row))) throw new Error('a passkey was not kept')
  })
}

async function isAnothers(
  { database }: Wallet,
  { account_id: accountId, id }: { readonly id: string; readonly account_id: string },
): Promise<boolean> {
  const found = await database.db
    .selectFrom('passkeys')
    .select('account_id')
    .where('id', '=', id)
    .executeTakeFirst()
  return found !== undefined && found.account_id !== accountId
}

/** The password too: one that nobody knows takes its place. */
async function forgetWaysIn(
  transaction: Transaction<WalletTables>,
  accountId: string,
  nobodys: string,
): Promise<void> {
  await transaction
    .updateTable('accounts')
    .set({ password_sealed: nobodys })
    .where('id', '=', accountId)
    .execute()
  for (const table of ['tokens', 'passkeys', 'recovery_codes', 'reset_links'] as const)
    await transaction.deleteFrom(table).where('account_id', '=', accountId).execute()
}

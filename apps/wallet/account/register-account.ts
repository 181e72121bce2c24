/**
 * Makes an account with everything that its owner needs at once: a wallet, a P-256 key and a did:jwk. All of it or
 * nothing, and one account an e-mail address, whichever of many instances is asked first.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { generateSoftwareKey } from '@countersign/keys/signers/software-key'
import type { Transaction } from 'kysely'
import type { AccountRow, WalletTables } from '../database/schema.ts'
import { selfDid } from '../dids/did-method.ts'
import { didRow } from '../dids/dids.ts'
import { keyRow } from '../keys/keys.ts'
import type { Wallet } from '../wallet.ts'
import type { ListedWallet } from './accounts.ts'
import { countRegistration, type TooManyAttempts } from './login-limit.ts'
import { type PasswordLength, type PasswordsOff, passwordProblem, unknownPassword } from './password-rule.ts'

export interface RegisterAccount {
  readonly name: string
  readonly email: string
  readonly password: string
}

export type RegisterRefusal =
  | TooManyAttempts
  | PasswordsOff
  | { readonly code: 'account_exists' }
  | { readonly code: 'email_malformed'; readonly maximum: number }
  | PasswordLength

/** For trying things out in development, with the credentials that tutorials of the field name. */
export const PREREGISTERED: RegisterAccount = {
  name: 'Max Mustermann',
  email: 'user@email.com',
  password: 'password',
}

const MAX_EMAIL_LENGTH = 254

export async function registerAccount(
  wallet: Wallet,
  request: RegisterAccount,
  sender: string,
): Promise<Result<{ readonly accountId: string }, RegisterRefusal>> {
  if (!wallet.passwordLogin) return refuse({ code: 'passwords_off' })
  const email = canonicalEmail(request.email)
  if (email === undefined) return refuse({ code: 'email_malformed', maximum: MAX_EMAIL_LENGTH })
  const problem = passwordProblem(wallet, request.password)
  if (problem !== undefined) return refuse(problem)
  const limited = await countRegistration(wallet, sender)
  if (limited !== undefined) return refuse(limited)
  const account = await newAccount(wallet, { ...request, id: wallet.newId(), email })
  const made = await wallet.database.inTransaction((transaction) =>
    insertAccount(wallet, transaction, account, request.name),
  )
  return made ? ok({ accountId: account.id }) : refuse({ code: 'account_exists' })
}

/** At start; of many instances one makes it, and an account that is there stays as it is. */
export async function ensurePreregistered(wallet: Wallet): Promise<void> {
  const hash = await wallet.columns.hash('email', PREREGISTERED.email)
  const found = await wallet.database.db
    .selectFrom('accounts')
    .select('id')
    .where('email_hash', '=', hash)
    .executeTakeFirst()
  if (found === undefined) await registerAccount(wallet, PREREGISTERED, 'this instance')
}

/** E-mail addresses are compared without regard to case; undefined for what cannot be one. */
export function canonicalEmail(text: string): string | undefined {
  const email = text.trim().normalize('NFC').toLowerCase()
  const isEmail = email.length <= MAX_EMAIL_LENGTH && /^[^\s@]{1,64}@[^\s@]{1,253}$/.test(email)
  return isEmail ? email : undefined
}

export interface NewAccount extends RegisterAccount {
  readonly id: string
}

/** Who logs in with a passkey alone has no address, and a password that nobody knows. */
export function newAccountWithoutPassword(
  wallet: Wallet,
  { id, name }: Pick<NewAccount, 'id' | 'name'>,
): Promise<AccountRow> {
  return newAccount(wallet, { id, name, email: '', password: unknownPassword(wallet) }, `account:${id}`)
}

/** `called`: what the account is found by; no e-mail address has a colon and no `@`. */
async function newAccount(
  { columns, passwords, now }: Wallet,
  { id, name, email, password }: NewAccount,
  called: string = email,
): Promise<AccountRow> {
  return {
    id,
    email_hash: await columns.hash('email', called),
    email_sealed: columns.seal(['accounts', id, 'email'], email),
    name_sealed: columns.seal(['accounts', id, 'name'], name),
    // Sealed although it is a hash: without the deployment's secret nobody can even start to guess.
    password_sealed: columns.seal(['accounts', id, 'password'], await passwords.hash(password)),
    created_at: now(),
  }
}

/** False when the address has an account; nothing was changed then. */
export async function insertAccount(
  wallet: Wallet,
  transaction: Transaction<WalletTables>,
  account: AccountRow,
  name: string,
): Promise<boolean> {
  const inserted = await transaction
    .insertInto('accounts')
    .values(account)
    .onConflict((conflict) => conflict.column('email_hash').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (inserted === undefined) return false
  await insertWallet(wallet, transaction, account.id, `Wallet of ${name}`)
  return true
}

/** With a key and a DID that is its default. */
export async function insertWallet(
  wallet: Wallet,
  transaction: Transaction<WalletTables>,
  accountId: string,
  name: string,
): Promise<ListedWallet> {
  const { columns, newId, now } = wallet
  const owned = { id: newId(), accountId }
  const key = { id: newId(), privateJwk: generateSoftwareKey('ES256') }
  const made = { ...selfDid('jwk', key.privateJwk), keyId: key.id, alias: 'Onboarding' }
  const did = await didRow(wallet, owned, made)
  const createdAt = now()
  await transaction
    .insertInto('wallets')
    .values({
      id: owned.id,
      account_id: accountId,
      name_sealed: columns.seal(['wallets', owned.id, 'name'], name),
      default_did: did.id,
      created_at: createdAt,
      deleting_at: null,
    })
    .execute()
  await transaction
    .insertInto('wallet_keys')
    .values(keyRow(wallet, owned, key))
    .execute()
  await transaction.insertInto('wallet_dids').values(did).execute()
  return { id: owned.id, name, createdAt }
}

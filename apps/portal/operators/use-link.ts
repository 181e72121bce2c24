/**
 * Uses a one-time link: with it somebody sets a password or registers a passkey, and is logged in. Whatever the account was opened
 * with before opens it no more: who asks for a new link may have lost the old things to somebody else. The dear work comes before
 * the transaction, what spends the link within it: of two at once one wins, and nothing is half done.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Transaction } from 'kysely'
import type { PortalTables } from '../database/schema.ts'
import type { Operator, Operators } from '../portal.ts'
import type { LoggedIn } from './log-in.ts'
import { type LinkUnusable, openLink, spendLink } from './one-time-link.ts'
import { keepPasskey, type PasskeyRefused, provePasskey, type TooManyPasskeys } from './passkeys.ts'
import { type PasswordLength, passwordProblem } from './passwords.ts'
import { beginSession } from './sessions.ts'

export type UseLinkRefusal = LinkUnusable | PasswordLength | PasskeyRefused | TooManyPasskeys

export type LogInMeans = { readonly password: string } | { readonly credential: JsonObject }

export async function useLink(
  operators: Operators,
  token: string,
  means: LogInMeans,
): Promise<Result<LoggedIn, UseLinkRefusal>> {
  const opened = await openLink(operators, token)
  if (!opened.ok) return opened
  const { operator } = opened.value
  const prepared = 'password' in means ? await ofPassword(operators, means.password) : await ofPasskey()
  if (!prepared.ok) return prepared
  return operators.database.inTransaction(async (transaction) => {
    if (!(await spendLink(operators, transaction, token))) return refuse({ code: 'link_unusable' })
    await forgetMeans(operator, transaction)
    await prepared.value(operator, transaction)
    return ok({ operator, token: await beginSession(operators, operator.id, transaction) })
  })

  async function ofPasskey(): Promise<Result<Keep, PasskeyRefused>> {
    if (!('credential' in means)) return refuse({ code: 'passkey_refused' })
    const proved = await provePasskey(operators, operator, means.credential)
    if (!proved.ok) return proved
    return ok(async (of, transaction) => {
      const kept = await keepPasskey(operators, of, proved.value, transaction)
      // It came to another account in the meantime: nothing of this is written.
      if (!kept.ok) throw new Error(`a passkey was not kept: ${kept.error.code}`)
    })
  }
}

type Keep = (operator: Operator, transaction: Transaction<PortalTables>) => Promise<void>

async function ofPassword(operators: Operators, password: string): Promise<Result<Keep, PasswordLength>> {
  const problem = passwordProblem(password)
  if (problem !== undefined) return refuse(problem)
  const hash = await (await operators.passwords()).hash(password)
  return ok(async ({ id }, transaction) => {
    const sealed = operators.columns.seal(['operators', id, 'password'], hash)
    await transaction.updateTable('operators').set({ password_sealed: sealed }).where('id', '=', id).execute()
  })
}

async function forgetMeans({ id }: Operator, transaction: Transaction<PortalTables>): Promise<void> {
  await transaction.updateTable('operators').set({ password_sealed: null }).where('id', '=', id).execute()
  for (const table of ['operator_passkeys', 'operator_sessions'] as const)
    await transaction.deleteFrom(table).where('operator_id', '=', id).execute()
}

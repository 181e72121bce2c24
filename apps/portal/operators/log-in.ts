/**
 * Log-in with name and password, or with a passkey. An unknown name, a name without a password and a wrong password are one
 * refusal, found in the same time: nobody learns here who operates this portal.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import {
  type AttemptCounter,
  countLogin,
  forgiveLogin,
  type TooManyAttempts,
} from '@countersign/service/login/login-limit'
import type { Operator, Operators } from '../portal.ts'
import { canonicalName } from './names.ts'
import { operatorOfPasskey, type PasskeyRefused } from './passkeys.ts'
import { beginSession } from './sessions.ts'

export interface LoggedIn {
  readonly operator: Operator
  /** For the cookie. */
  readonly token: string
}

export type LoginRefusal = TooManyAttempts | PasskeyRefused | { readonly code: 'login_failed' }

export async function logInByPassword(
  operators: Operators,
  credentials: { readonly name: string; readonly password: string },
  sender: string,
): Promise<Result<LoggedIn, LoginRefusal>> {
  const name = canonicalName(credentials.name)
  const account = await operators.columns.hash('name', name ?? '')
  const limited = await countLogin(counterOf(operators), operators.limits, { sender, account })
  if (limited !== undefined) return refuse(limited)
  const found = await operators.database.db
    .selectFrom('operators')
    .select(['id', 'password_sealed'])
    .where('name_hash', '=', account)
    .executeTakeFirst()
  const sealed = found?.password_sealed ?? undefined
  const stored = found && sealed && operators.columns.open(['operators', found.id, 'password'], sealed)
  const passwords = await operators.passwords()
  const right = await passwords.matches(stored, credentials.password)
  if (name === undefined || found === undefined || !right) return refuse({ code: 'login_failed' })
  await forgiveLogin(counterOf(operators), { sender, account })
  return ok({ operator: { id: found.id, name }, token: await beginSession(operators, found.id) })
}

/** Counted like a password: what costs a signature is not to be had without end. */
export async function logInByPasskey(
  operators: Operators,
  credential: JsonObject,
  sender: string,
): Promise<Result<LoggedIn, LoginRefusal>> {
  const attempt = { sender, account: 'passkey' }
  const limited = await countLogin(counterOf(operators), operators.limits, attempt)
  if (limited !== undefined) return refuse(limited)
  const answered = await operatorOfPasskey(operators, credential)
  if (!answered.ok) return answered
  const { operatorId } = answered.value
  const found = await operators.database.db
    .selectFrom('operators')
    .select('name_sealed')
    .where('id', '=', operatorId)
    .executeTakeFirst()
  if (found === undefined) return refuse({ code: 'login_failed' })
  await forgiveLogin(counterOf(operators), attempt)
  const name = operators.columns.open(['operators', operatorId, 'name'], found.name_sealed)
  return ok({ operator: { id: operatorId, name }, token: await beginSession(operators, operatorId) })
}

function counterOf({ columns, database, now }: Operators): AttemptCounter {
  const senderHash = (sender: string) => columns.hash('sender', sender)
  return { db: database.db, table: 'operator_attempts', senderHash, now }
}

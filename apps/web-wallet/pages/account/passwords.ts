/** A wallet whose owner is known by an e-mail address and a password, where the operator allows that: made, and opened. */
import type { RecoveryCodesAnswer } from '@countersign/api/wallet/access'
import type { LoginAnswer } from '@countersign/api/wallet/accounts'
import { ok } from '@countersign/core/result'
import type { Answer } from '@countersign/ui/http/fetch-json'
import type { Entered } from './passkeys.ts'
import { api, holdSession } from './session.ts'

interface Typed {
  readonly email: string
  readonly password: string
}

/** With recovery codes. Who gets none all the same makes them in the settings. */
export async function createWithPassword(name: string, typed: Typed): Promise<Answer<Entered>> {
  const account = { type: 'email', name: name === '' ? typed.email : name, ...typed }
  const made = await api.send('POST', '/auth/register', account)
  if (!made.ok) return made
  const entered = await logInWithPassword(typed)
  if (!entered.ok || entered.value.session === undefined) return entered
  holdSession(entered.value.session)
  const given = await api.send<RecoveryCodesAnswer>('POST', '/auth/recovery-codes', {})
  return ok({ ...entered.value, codes: given.ok ? given.value.recoveryCodes : [] })
}

export async function logInWithPassword(typed: Typed): Promise<Answer<Entered>> {
  const login = { type: 'email', ...typed, session: 'cookie' }
  const answer = await api.send<LoginAnswer>('POST', '/auth/login', login)
  return answer.ok ? ok({ session: answer.value.session, codes: [] }) : answer
}

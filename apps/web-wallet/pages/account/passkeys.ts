/** A wallet whose owner is known by a passkey: made, and opened. */
import type {
  BrowserSession,
  PasskeyAnswer,
  PasskeyLoginOptionsAnswer,
  PasskeyOptionsAnswer,
} from '@countersign/api/wallet/passkeys'
import { ok } from '@countersign/core/result'
import type { Answer } from '@countersign/ui/http/fetch-json'
import { askPasskey, makePasskey } from '@countersign/ui/login/passkeys'
import { api } from './session.ts'

/** Somebody who is logged in. `codes`: recovery codes of a wallet that was made just now, which nobody sees again. */
export interface Entered {
  readonly session: BrowserSession | undefined
  readonly codes: readonly string[]
}

export async function createWithPasskey(name: string): Promise<Answer<Entered>> {
  const begun = await api.send<PasskeyOptionsAnswer>(
    'POST',
    '/auth/passkeys/options',
    name === '' ? {} : { name },
  )
  if (!begun.ok) return begun
  const { ceremony, options } = begun.value
  const credential = await makePasskey(options)
  if (!credential.ok) return credential
  const made = await api.send<PasskeyAnswer>('POST', '/auth/passkeys', {
    ceremony,
    credential: credential.value,
  })
  return made.ok ? ok({ session: made.value.session, codes: made.value.recoveryCodes ?? [] }) : made
}

export async function logInWithPasskey(): Promise<Answer<Entered>> {
  const begun = await api.send<PasskeyLoginOptionsAnswer>('POST', '/auth/passkeys/login/options')
  if (!begun.ok) return begun
  const { ceremony, options } = begun.value
  const credential = await askPasskey(options)
  if (!credential.ok) return credential
  const entered = await api.send<BrowserSession>('POST', '/auth/passkeys/login', {
    ceremony,
    credential: credential.value,
  })
  return entered.ok ? ok({ session: entered.value, codes: [] }) : entered
}

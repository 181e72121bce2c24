/** A wallet whose owner is known by a passkey: made, and opened. */
import type {
  BrowserSession,
  PasskeyAnswer,
  PasskeyLoginOptionsAnswer,
  PasskeyOptionsAnswer,
} from '@countersign/api/wallet/passkeys'
import type { Answer } from '@countersign/ui/http/fetch-json'
import { askPasskey, makePasskey } from '@countersign/ui/login/passkeys'
import { api } from './session.ts'

/** With the recovery codes of its owner, which nobody sees again. */
export async function createWithPasskey(name: string): Promise<Answer<PasskeyAnswer>> {
  const begun = await api.send<PasskeyOptionsAnswer>(
    'POST',
    '/auth/passkeys/options',
    name === '' ? {} : { name },
  )
  if (!begun.ok) return begun
  const { ceremony, options } = begun.value
  const credential = await makePasskey(options)
  if (!credential.ok) return credential
  return api.send<PasskeyAnswer>('POST', '/auth/passkeys', { ceremony, credential: credential.value })
}

export async function logInWithPasskey(): Promise<Answer<BrowserSession>> {
  const begun = await api.send<PasskeyLoginOptionsAnswer>('POST', '/auth/passkeys/login/options')
  if (!begun.ok) return begun
  const { ceremony, options } = begun.value
  const credential = await askPasskey(options)
  if (!credential.ok) return credential
  return api.send<BrowserSession>('POST', '/auth/passkeys/login', { ceremony, credential: credential.value })
}

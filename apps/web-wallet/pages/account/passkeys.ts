/** Passkeys by the browser's own JSON forms (WebAuthn Level 3 §5.1.8, §5.1.9). A browser without them is told so before anything is kept. */
import type {
  BrowserSession,
  PasskeyAnswer,
  PasskeyLoginOptionsAnswer,
  PasskeyOptionsAnswer,
} from '@countersign/api/wallet/passkeys'
import { ok, refuse } from '@countersign/core/result'
import type { Answer } from '@countersign/ui/http/fetch-json'
import { api } from './session.ts'

export function hasPasskeys(): boolean {
  return (
    typeof PublicKeyCredential !== 'undefined' &&
    'parseCreationOptionsFromJSON' in PublicKeyCredential &&
    'toJSON' in PublicKeyCredential.prototype
  )
}

/** Makes a wallet whose owner is known by the new passkey. */
export async function createWithPasskey(name: string): Promise<Answer<BrowserSession | undefined>> {
  const begun = await api.send<PasskeyOptionsAnswer>(
    'POST',
    '/auth/passkeys/options',
    name === '' ? {} : { name },
  )
  if (!begun.ok) return begun
  const { ceremony, options } = begun.value
  const credential = await asked(() =>
    navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(
        options as unknown as PublicKeyCredentialCreationOptionsJSON,
      ),
    }),
  )
  if (!credential.ok) return credential
  const made = await api.send<PasskeyAnswer>('POST', '/auth/passkeys', {
    ceremony,
    credential: credential.value,
  })
  return made.ok ? ok(made.value.session) : made
}

export async function logInWithPasskey(): Promise<Answer<BrowserSession>> {
  const begun = await api.send<PasskeyLoginOptionsAnswer>('POST', '/auth/passkeys/login/options')
  if (!begun.ok) return begun
  const { ceremony, options } = begun.value
  const credential = await asked(() =>
    navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(
        options as unknown as PublicKeyCredentialRequestOptionsJSON,
      ),
    }),
  )
  if (!credential.ok) return credential
  const answer = await api.send<{ session?: BrowserSession } & Partial<BrowserSession>>(
    'POST',
    '/auth/passkeys/login',
    {
      ceremony,
      credential: credential.value,
    },
  )
  if (!answer.ok) return answer
  const session = answer.value.session ?? (answer.value as BrowserSession)
  return ok(session)
}

/** The person may say no, and the device may not know them: neither is an error of anybody. */
async function asked(ask: () => Promise<Credential | null>): Promise<Answer<unknown>> {
  try {
    const credential = await ask()
    if (credential instanceof PublicKeyCredential) return ok(credential.toJSON())
  } catch (error) {
    return refuse({ kind: 'refused', status: 0, code: 'passkey_not_used', message: String(error) })
  }
  return refuse({ kind: 'refused', status: 0, code: 'passkey_not_used', message: 'no passkey' })
}

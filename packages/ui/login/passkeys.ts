/**
 * Passkeys in this browser (WebAuthn Level 3 §5.1.8, §5.1.9): options as the server wrote them, answers as it reads them, by the
 * browser's own JSON functions. One without them is told so before anything is asked.
 */
import { ok, refuse } from '@countersign/core/result'
import type { Answer } from '../http/fetch-json.ts'

type Json = Readonly<Record<string, unknown>>

export function hasPasskeys(): boolean {
  return (
    !isAtAddress() &&
    typeof PublicKeyCredential !== 'undefined' &&
    'parseCreationOptionsFromJSON' in PublicKeyCredential &&
    'toJSON' in PublicKeyCredential.prototype
  )
}

/** Passkeys are for a name (WebAuthn Level 3 §5.1.3: a valid domain), and this page is open under an address. */
export function isAtAddress(): boolean {
  // A browser writes every IPv4 address in four parts, and no name ends in a number (URL Standard, host parsing).
  return /^\[|\.\d+$/.test(location.hostname)
}

export function makePasskey(options: Json): Promise<Answer<unknown>> {
  return asked(() =>
    navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(
        options as unknown as PublicKeyCredentialCreationOptionsJSON,
      ),
    }),
  )
}

export function askPasskey(options: Json): Promise<Answer<unknown>> {
  return asked(() =>
    navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(
        options as unknown as PublicKeyCredentialRequestOptionsJSON,
      ),
    }),
  )
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

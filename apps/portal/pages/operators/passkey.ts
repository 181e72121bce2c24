/**
 * Passkeys in this browser (WebAuthn Level 3): options as the server wrote them, answers as it reads them. The browser's own JSON
 * functions do it; one without them is offered the password alone.
 */

type Json = Readonly<Record<string, unknown>>

export async function makePasskey(options: Json): Promise<Json | undefined> {
  const publicKey = creationOptions(options)
  return asJson(await navigator.credentials.create({ publicKey }).catch(() => null))
}

export async function askPasskey(options: Json): Promise<Json | undefined> {
  const publicKey = requestOptions(options)
  return asJson(await navigator.credentials.get({ publicKey }).catch(() => null))
}

export function hasPasskeys(): boolean {
  return 'PublicKeyCredential' in globalThis && 'parseCreationOptionsFromJSON' in PublicKeyCredential
}

function creationOptions(options: Json): PublicKeyCredentialCreationOptions {
  return PublicKeyCredential.parseCreationOptionsFromJSON(
    options as unknown as PublicKeyCredentialCreationOptionsJSON,
  )
}

function requestOptions(options: Json): PublicKeyCredentialRequestOptions {
  return PublicKeyCredential.parseRequestOptionsFromJSON(
    options as unknown as PublicKeyCredentialRequestOptionsJSON,
  )
}

/** Undefined: the person said no, or the device has none. */
function asJson(credential: Credential | null): Json | undefined {
  if (!(credential instanceof PublicKeyCredential)) return undefined
  return credential.toJSON() as unknown as Json
}

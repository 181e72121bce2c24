/**
 * What a browser is told when a passkey is to be made or used (WebAuthn Level 3 §5.4, §5.5, as JSON): one that its owner need not
 * name, with the user verified each time, and without attestation. They are data, so no library writes them.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import type { RelyingParty, StoredKey } from './read-authenticator.ts'

export interface NewPasskey {
  readonly user: { readonly id: string; readonly name: string }
  /** base64url. */
  readonly challenge: string
  /** Those of the user that there are: an authenticator that has one of them makes no second. */
  readonly held: readonly StoredKey[]
  readonly extensions?: JsonObject
}

const TIMEOUT_MS = 300_000
/** COSE: ES256, EdDSA, RS256, which is what authenticators have. */
const ALGORITHMS = [-7, -8, -257]

export function registrationOptionsJson(
  { id, name }: RelyingParty,
  { challenge, extensions, held, user }: NewPasskey,
): JsonObject {
  return {
    rp: { id, name },
    user: {
      id: encodeBase64url(new TextEncoder().encode(user.id)),
      name: user.name,
      displayName: user.name,
    },
    challenge,
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    timeout: TIMEOUT_MS,
    attestation: 'none',
    excludeCredentials: held.map(({ credentialId, transports }) => ({
      id: credentialId,
      type: 'public-key',
      transports: [...transports],
    })),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    ...(extensions !== undefined && { extensions }),
  }
}

/** For whoever has a passkey here. */
export function loginOptionsJson({ id }: RelyingParty, challenge: string): JsonObject {
  return { rpId: id, challenge, timeout: TIMEOUT_MS, userVerification: 'required', allowCredentials: [] }
}

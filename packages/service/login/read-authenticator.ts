/**
 * What an authenticator answered, checked as WebAuthn Level 3 §7.1 and §7.2 say. The library is as large as a service's whole
 * start, so it is loaded with the first answer; of what goes wrong in it nothing is told but that the answer does not count.
 */
import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJsonObject,
} from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'

export interface RelyingParty {
  /** The host that passkeys are for. */
  readonly id: string
  readonly name: string
  /** Whether a page of this origin is one of ours. */
  readonly isOwn: (origin: string) => boolean
}

export interface StoredKey {
  /** base64url, as the authenticator calls it. */
  readonly credentialId: string
  /** COSE key, base64url. */
  readonly publicKey: string
  readonly transports: readonly string[]
}

export interface AuthenticatorFault {
  readonly code: 'passkey_refused'
  readonly reason: 'malformed' | 'not_verified'
}

export interface NewKey extends StoredKey {
  readonly counter: number
  /** Whether the authenticator derives secrets. */
  readonly prf: boolean
}

export async function verifyRegistration(
  rp: RelyingParty,
  challenge: string,
  credential: JsonObject,
): Promise<Result<NewKey, AuthenticatorFault>> {
  const origin = ownOriginIn(rp, credential)
  if (origin === undefined) return unverified
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server')
  try {
    const { registrationInfo, verified } = await verifyRegistrationResponse({
      response: credential as unknown as Parameters<typeof verifyRegistrationResponse>[0]['response'],
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rp.id,
      requireUserVerification: true,
    })
    if (!verified) return unverified
    const { counter, id, publicKey } = registrationInfo.credential
    return ok({
      credentialId: id,
      publicKey: Buffer.from(publicKey).toString('base64url'),
      transports: transportsIn(credential),
      counter,
      prf: prfIn(credential),
    })
  } catch {
    return unverified
  }
}

/** The authenticator's counter. */
export async function verifyLogin(
  rp: RelyingParty,
  challenge: string,
  credential: JsonObject,
  key: StoredKey,
): Promise<Result<number, AuthenticatorFault>> {
  const origin = ownOriginIn(rp, credential)
  if (origin === undefined) return unverified
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
  try {
    const { authenticationInfo, verified } = await verifyAuthenticationResponse({
      response: credential as unknown as Parameters<typeof verifyAuthenticationResponse>[0]['response'],
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rp.id,
      requireUserVerification: true,
      // Counted by whoever keeps the row, on all instances together.
      credential: { id: key.credentialId, publicKey: Buffer.from(key.publicKey, 'base64url'), counter: 0 },
    })
    return verified ? ok(authenticationInfo.newCounter) : unverified
  } catch {
    return unverified
  }
}

const unverified = refuse({ code: 'passkey_refused', reason: 'not_verified' } as const)

/**
 * Whether an authenticator has counted on (§6.1.1); if not, another one has the same key. Those that do not count say 0 for ever.
 */
export function hasCountedOn(before: number, counter: number): boolean {
  return counter > before || (counter === 0 && before === 0)
}

/** The challenge that an answer says it answers (§5.8.1); nothing of it was checked. */
export function challengeIn(credential: JsonObject): string | undefined {
  return saidIn(credential, 'challenge')
}

function ownOriginIn(rp: RelyingParty, credential: JsonObject): string | undefined {
  const origin = saidIn(credential, 'origin')
  return origin !== undefined && rp.isOwn(origin) ? origin : undefined
}

/** What the browser put into that which was signed. */
function saidIn({ response }: JsonObject, member: 'challenge' | 'origin'): string | undefined {
  const encoded = isJsonObject(response) ? response['clientDataJSON'] : undefined
  if (typeof encoded !== 'string') return undefined
  const data = parseJsonObject(Buffer.from(encoded, 'base64url').toString('utf8'), { maxBytes: 8192 })
  const said = data.ok ? data.value[member] : undefined
  return typeof said === 'string' ? said : undefined
}

const TRANSPORT = /^[a-z-]{1,20}$/

function transportsIn({ response }: JsonObject): readonly string[] {
  const transports: JsonValue | undefined = isJsonObject(response) ? response['transports'] : undefined
  if (!isJsonArray(transports)) return []
  return transports
    .slice(0, 10)
    .filter((one): one is string => typeof one === 'string' && TRANSPORT.test(one))
}

function prfIn({ clientExtensionResults: results }: JsonObject): boolean {
  const prf = isJsonObject(results) ? results['prf'] : undefined
  return isJsonObject(prf) && prf['enabled'] === true
}

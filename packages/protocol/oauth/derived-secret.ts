/**
 * Codes and access tokens that are stored nowhere: `sessionId.secret`, where the secret is a MAC over the purpose and
 * the session id. Any instance makes and checks the same text; a dump of the store yields none. Where a session has several of
 * one purpose, a label between the two tells them apart: `sessionId.label.secret`. That a secret is genuine says nothing about
 * whether it may still be used: the session decides that.
 */
import { isSessionId } from '@countersign/core/session-id'
import type { Mac } from '@countersign/crypto/engine'
import { equalInConstantTime } from './constant-time.ts'

export type DerivedSecretPurpose =
  | 'pre-authorized_code'
  | 'access_token'
  | 'issuer_state'
  | 'request_uri'
  | 'authorization_code'
  | 'refresh_token'
  | 'transaction_id'
  | 'user_state'

const MAX_LENGTH = 256

/** Throws on what cannot be the id of a session, or a label: both are made by us. */
export async function writeDerivedSecret(
  purpose: DerivedSecretPurpose,
  sessionId: string,
  mac: Mac,
  label?: string,
): Promise<string> {
  if (!isSessionId(sessionId) || (label !== undefined && !isSessionId(label)))
    throw new Error('this cannot be a session id')
  const named = label === undefined ? sessionId : `${sessionId}.${label}`
  return `${named}.${await mac(`${purpose}:${named}`)}`
}

/** The session id when the text is genuine for this purpose; undefined says nothing about why it is not. */
export async function readDerivedSecret(
  purpose: DerivedSecretPurpose,
  text: string,
  mac: Mac,
): Promise<string | undefined> {
  const named = await readNamed(purpose, text, mac)
  return named !== undefined && isSessionId(named) ? named : undefined
}

/** The same of a secret that has a label. */
export async function readLabelledSecret(
  purpose: DerivedSecretPurpose,
  text: string,
  mac: Mac,
): Promise<{ readonly sessionId: string; readonly label: string } | undefined> {
  const named = await readNamed(purpose, text, mac)
  const [sessionId = '', label = '', more] = named?.split('.') ?? []
  return more === undefined && isSessionId(sessionId) && isSessionId(label) ? { sessionId, label } : undefined
}

/** What stands before the secret. */
async function readNamed(purpose: DerivedSecretPurpose, text: string, mac: Mac): Promise<string | undefined> {
  if (text.length > MAX_LENGTH) return undefined
  const dot = text.lastIndexOf('.')
  const named = text.slice(0, Math.max(dot, 0))
  if (!named.split('.').every(isSessionId)) return undefined
  const expected = await mac(`${purpose}:${named}`)
  return equalInConstantTime(text.slice(dot + 1), expected) ? named : undefined
}

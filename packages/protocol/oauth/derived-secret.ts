/**
 * Codes and access tokens that are stored nowhere: `sessionId.secret`, where the secret is a MAC over the purpose and
 * the session id. Any instance makes and checks the same text; a dump of the store yields none. That a secret is
 * genuine says nothing about whether it may still be used: the session decides that.
 */
import type { Mac } from '@countersign/crypto/engine'
import { equalInConstantTime } from './constant-time.ts'

export type DerivedSecretPurpose = 'pre-authorized_code' | 'access_token'

const MAX_LENGTH = 256

/** base64url alphabet, so that the text needs no escaping in a form, a header field or a QR code. */
const SESSION_ID = /^[A-Za-z0-9_-]{1,128}$/

/** Throws on a session id outside the base64url alphabet or longer than 128 characters: ids are made by us. */
export async function writeDerivedSecret(
  purpose: DerivedSecretPurpose,
  sessionId: string,
  mac: Mac,
): Promise<string> {
  if (!SESSION_ID.test(sessionId)) throw new Error('a session id has characters outside base64url')
  return `${sessionId}.${await mac(`${purpose}:${sessionId}`)}`
}

/** The session id when the text is genuine for this purpose; undefined says nothing about why it is not. */
export async function readDerivedSecret(
  purpose: DerivedSecretPurpose,
  text: string,
  mac: Mac,
): Promise<string | undefined> {
  if (text.length > MAX_LENGTH) return undefined
  const dot = text.indexOf('.')
  const sessionId = text.slice(0, Math.max(dot, 0))
  if (!SESSION_ID.test(sessionId)) return undefined
  const expected = await mac(`${purpose}:${sessionId}`)
  return equalInConstantTime(text.slice(dot + 1), expected) ? sessionId : undefined
}

/**
 * Codes and access tokens that are stored nowhere: `sessionId.secret`, where the secret is a MAC over the purpose and
 * the session id. Any instance makes and checks the same text; a dump of the store yields none. That a secret is
 * genuine says nothing about whether it may still be used: the session decides that.
 */
import { isSessionId } from '@countersign/core/session-id'
import type { Mac } from '@countersign/crypto/engine'
import { equalInConstantTime } from './constant-time.ts'

export type DerivedSecretPurpose = 'pre-authorized_code' | 'access_token'

const MAX_LENGTH = 256

/** Throws on what cannot be the id of a session: ids are made by us. */
export async function writeDerivedSecret(
  purpose: DerivedSecretPurpose,
  sessionId: string,
  mac: Mac,
): Promise<string> {
  if (!isSessionId(sessionId)) throw new Error('this cannot be a session id')
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
  if (!isSessionId(sessionId)) return undefined
  const expected = await mac(`${purpose}:${sessionId}`)
  return equalInConstantTime(text.slice(dot + 1), expected) ? sessionId : undefined
}

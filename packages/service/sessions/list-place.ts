/**
 * Where a page of a list ended, as text that a caller hands back: the moment and the id of the last entry that was looked at.
 * It is by the session's own time, so that neither the reader's clock nor a third one counts, and says nothing that is not
 * in the list already.
 */
import { decodeBase64url, encodeBase64url } from '@countersign/core/base64url'
import { isSessionId } from '@countersign/core/session-id'

export interface ListPlace {
  /** Epoch seconds. */
  readonly createdAt: number
  readonly id: string
}

/** Epoch seconds of the year 9999. */
const LAST = 253_402_300_799

export function writePlace({ createdAt, id }: ListPlace): string {
  return encodeBase64url(new TextEncoder().encode(`${createdAt.toString(36)}.${id}`))
}

/** Undefined for what no list ever gave out. */
export function parsePlace(text: string): ListPlace | undefined {
  const bytes = decodeBase64url(text)
  const [time = '', id = '', ...more] = bytes === undefined ? [] : new TextDecoder().decode(bytes).split('.')
  const createdAt = /^[0-9a-z]{1,9}$/.test(time) ? Number.parseInt(time, 36) : Number.NaN
  if (!(createdAt <= LAST) || more.length > 0 || !isSessionId(id)) return undefined
  return { createdAt, id }
}

/** Points in time of an MSO: `tdate`, a text of RFC 3339 under tag 0 (ISO/IEC 18013-5 §9.1.2.4). */
import { readDateTime, readTimestamp, writeDateTime } from '@countersign/core/date-time'
import { type CborInput, type CborValue, isCborTag, TAG, tagged } from '@countersign/crypto/cbor/value'

/** Throws for a moment that is not writable: whoever issues asks `isWritableMoment` before. */
export function writeTime(epochSeconds: number): CborInput {
  const text = writeDateTime(epochSeconds)
  if (text === undefined) throw new Error(`no tdate for ${epochSeconds}`)
  return tagged(TAG.dateTime, text)
}

/** Epoch seconds, rounded down: fractions and offsets are forbidden, and found in the field. */
export function readTime(value: CborValue): number | undefined {
  return isCborTag(value) && value.tag === TAG.dateTime ? readTimestamp(value.content) : undefined
}

/** In UTC and without fractions, as ISO/IEC 18013-5 §7.2.1 restricts `tdate`. */
export function isDateTime(text: string): boolean {
  return /:\d\dZ$/.test(text) && readDateTime(text) !== undefined
}

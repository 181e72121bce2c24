/** Points in time of an MSO: `tdate`, a text of RFC 3339 under tag 0 (ISO/IEC 18013-5 §9.1.2.4). */
import { type CborInput, type CborValue, isCborTag, TAG, tagged } from '@countersign/crypto/cbor/value'

const FULL_DATE = /^\d{4}-\d{2}-\d{2}$/
const UTC_SECONDS = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/
/** What is read is more liberal than what is written: fractions of a second are forbidden, and found in the field. */
const ANY_DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/

/** `epochSeconds` between the years 0 and 9999. */
export function writeTime(epochSeconds: number): CborInput {
  return tagged(TAG.dateTime, new Date(epochSeconds * 1000).toISOString().replace('.000Z', 'Z'))
}

/** Epoch seconds, rounded down. */
export function readTime(value: CborValue): number | undefined {
  if (!isCborTag(value) || value.tag !== TAG.dateTime) return undefined
  const { content: text } = value
  if (typeof text !== 'string' || !ANY_DATE_TIME.test(text) || !exists(text.slice(0, 10))) return undefined
  const milliseconds = Date.parse(text)
  return Number.isFinite(milliseconds) ? Math.floor(milliseconds / 1000) : undefined
}

export function isWritableTime(epochSeconds: number): boolean {
  return Number.isSafeInteger(epochSeconds) && epochSeconds >= 0 && epochSeconds < 253_402_300_800
}

/** RFC 8943: a date without a time. */
export function isFullDate(text: string): boolean {
  return FULL_DATE.test(text) && exists(text)
}

/** In UTC and without fractions, as ISO/IEC 18013-5 §7.2.1 restricts `tdate`. */
export function isDateTime(text: string): boolean {
  return UTC_SECONDS.test(text) && exists(text.slice(0, 10)) && Number.isFinite(Date.parse(text))
}

/** A day that does not come back as written (30 February) does not exist. */
function exists(date: string): boolean {
  return new Date(`${date}T00:00:00Z`).getUTCDate() === Number(date.slice(8))
}

/** URLs and date-times, which W3C credentials are full of, in the spelling the data model allows. Neither ever throws. */

const MAX_URL_LENGTH = 2048
const URL_FORM = /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i
const WEB_URL_FORM = /^https?:\/\/[^/?#]+/i

/** An absolute URL (VCDM 2.0 §4.4). What is behind it, and whether anybody should go there, is not judged. */
export function isUrl(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > MAX_URL_LENGTH || !URL_FORM.test(value)) return false
  return !/^https?:/i.test(value) || WEB_URL_FORM.test(value)
}

const DATE_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/
const MAX_OFFSET_MINUTES = 14 * 60

/**
 * Epoch seconds of an XML Schema dateTime, with a fraction where one is written; undefined where it is none. Without a
 * time zone it is read as UTC where the data model allows to leave it out (1.1), and refused where it does not (2.0).
 */
export function parseDateTime(text: unknown, zone: 'required' | 'optional'): number | undefined {
  const parts = typeof text === 'string' && text.length <= 40 ? DATE_TIME.exec(text) : null
  if (parts === null) return undefined
  const [, local = '', fraction = '', offset] = parts
  if (offset === undefined && zone === 'required') return undefined
  const offsetMinutes = minutesOf(offset ?? 'Z')
  const date = new Date(`${local}Z`)
  // The parser of the platform rolls 30 February over into March; what it would write tells.
  if (offsetMinutes === undefined || Number.isNaN(date.getTime())) return undefined
  if (date.toISOString().slice(0, local.length) !== local) return undefined
  return date.getTime() / 1000 - offsetMinutes * 60 + Number(`0${fraction}`)
}

function minutesOf(offset: string): number | undefined {
  if (offset === 'Z') return 0
  const hours = Number(offset.slice(1, 3))
  const minutes = Number(offset.slice(4))
  const total = hours * 60 + minutes
  if (minutes > 59 || total > MAX_OFFSET_MINUTES) return undefined
  return offset.startsWith('-') ? -total : total
}

/** The last second that four digits of a year can write. */
const MAX_SECONDS = 253_402_300_799

/** A dateTimeStamp in UTC; undefined for what it cannot write. */
export function writeDateTime(seconds: number): string | undefined {
  if (!Number.isSafeInteger(seconds) || seconds < 0 || seconds > MAX_SECONDS) return undefined
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}

/**
 * Times as text: the one reader and the one writer. Two grammars are read, that of RFC 3339 §5.6 (requests, trust lists,
 * CBOR's tag 0) and that of XML Schema (W3C credentials, DID documents). They differ where the specifications do, and
 * neither takes a day or an hour that does not exist. The platform's parser is not asked: it takes 30 February for a day
 * of March, and many texts that are no times. Knows no clock.
 */

/** A second and its offset; which of the texts that it finds are times is decided behind it. */
const DATE_TIME = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?$/
const FULL_DATE = /^(\d{4})-(\d\d)-(\d\d)$/
/** More digits of a fraction than any clock has; longer texts are not looked at. */
const MAX_LENGTH = 64
const DAY = 86_400

/**
 * `date-time` of RFC 3339 §5.6 as epoch seconds, with a fraction where one is written; undefined for any other text. `t`
 * and `z` may be small, an offset is at most 23:59, and 24:00 is no time. A leap second is one only at the end of June
 * or December in UTC (§5.7), and counts as the second after it: epoch seconds have no number of its own for it.
 */
export function readDateTime(text: unknown): number | undefined {
  const parts = partsOf(text, 'any case')
  if (parts?.offsetMinutes === undefined) return undefined
  const { hour, minute, second, offsetMinutes, moment } = parts
  if (hour > 23 || minute > 59 || second > 60) return undefined
  if (second === 60 && !isLeapSecond(moment(offsetMinutes) - 1)) return undefined
  return moment(offsetMinutes) + parts.fraction
}

/** The same without its fraction. */
export function readTimestamp(text: unknown): number | undefined {
  const moment = readDateTime(text)
  return moment === undefined ? undefined : Math.floor(moment)
}

const MAX_XML_OFFSET_MINUTES = 14 * 60

/**
 * `dateTime` of XML Schema 1.1 part 2 §3.3.7 as epoch seconds, with a fraction where one is written; undefined for any
 * other text. Letters are capital, an offset is at most 14:00, 24:00:00 is the beginning of the next day, and there are
 * no leap seconds. A text without an offset is one in UTC where it is optional, and none where it is required.
 */
export function readXmlDateTime(text: unknown, zone: 'required' | 'optional'): number | undefined {
  const parts = partsOf(text, 'capitals')
  if (parts === undefined) return undefined
  const { fraction, hour, minute, second, offsetMinutes, moment } = parts
  if (offsetMinutes === undefined && zone === 'required') return undefined
  if (Math.abs(offsetMinutes ?? 0) > MAX_XML_OFFSET_MINUTES) return undefined
  const isEndOfDay = hour === 24 && minute === 0 && second === 0 && fraction === 0
  if (!isEndOfDay && (hour > 23 || minute > 59 || second > 59)) return undefined
  return moment(offsetMinutes ?? 0) + fraction
}

/** `full-date` of RFC 3339 §5.6: a day that exists. */
export function isFullDate(text: unknown): text is string {
  return typeof text === 'string' && dayOf(text) !== undefined
}

/** The last second that four digits of a year can write. */
export const LAST_MOMENT = 253_402_300_799

/** Whether it is a whole second between 1970, from which NumericDate counts (RFC 7519 §2), and the end of the year 9999. */
export function isWritableMoment(epochSeconds: number): boolean {
  return Number.isSafeInteger(epochSeconds) && epochSeconds >= 0 && epochSeconds <= LAST_MOMENT
}

/** In UTC, to the second, which every grammar of times takes; undefined for what it cannot write. */
export function writeDateTime(epochSeconds: number): string | undefined {
  return isWritableMoment(epochSeconds) ? showDateTime(epochSeconds) : undefined
}

/**
 * The same for a time that somebody else wrote, or that is our own: a fraction is left out, and years before 1970 are written
 * too. Throws for a year that four digits cannot write.
 */
export function showDateTime(epochSeconds: number): string {
  const text = new Date(Math.floor(epochSeconds) * 1000).toISOString()
  if (text.length !== SHOWN_LENGTH) throw new RangeError(`no date-time for ${epochSeconds}`)
  return text.replace('.000Z', 'Z')
}

const SHOWN_LENGTH = '1970-01-01T00:00:00.000Z'.length

interface Parts {
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly fraction: number
  /** Undefined where none is written. */
  readonly offsetMinutes: number | undefined
  /** Epoch seconds of the whole second, in a zone that is so far ahead of UTC. */
  readonly moment: (offsetMinutes: number) => number
}

function partsOf(text: unknown, letters: 'capitals' | 'any case'): Parts | undefined {
  if (typeof text !== 'string' || text.length > MAX_LENGTH) return undefined
  const found = DATE_TIME.exec(letters === 'capitals' ? text : text.toUpperCase())
  const day = dayOf(found?.[1] ?? '')
  if (found === null || day === undefined) return undefined
  const [hour, minute, second] = [Number(found[2]), Number(found[3]), Number(found[4])]
  const offset = found[6]
  const offsetMinutes = offset === undefined ? undefined : minutesOf(offset)
  if (Number.isNaN(offsetMinutes)) return undefined
  const local = day * DAY + hour * 3600 + minute * 60 + second
  return {
    hour,
    minute,
    second,
    fraction: Number(`0${found[5] ?? ''}`),
    offsetMinutes,
    moment: (minutes) => local - minutes * 60,
  }
}

/** Not a number for an offset that no clock has. */
function minutesOf(offset: string): number {
  if (offset === 'Z') return 0
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(4))]
  if (hours > 23 || minutes > 59) return Number.NaN
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

/** Days since 1 January 1970 in the Gregorian calendar; undefined for a text that is none, and for 30 February. */
function dayOf(text: string): number | undefined {
  const found = FULL_DATE.exec(text)
  if (found === null) return undefined
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])]
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined
  // Counted in years that begin in March, so that a leap day is the last of its year.
  const years = year - (month < 3 ? 1 : 0)
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400)
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  return years * 365 + leapDays + dayOfYear - DAYS_BEFORE_1970
}

/** From 1 March of the year 0 on. */
const DAYS_BEFORE_1970 = 719_468

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** `before`: the second before it, which has to be the last of June or December. */
function isLeapSecond(before: number): boolean {
  const text = writeDateTime(before)
  return text !== undefined && /-(?:06-30|12-31)T23:59:59Z$/.test(text)
}

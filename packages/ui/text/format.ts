/** Dates, numbers and lists as the shown language writes them. Times are those of the reader. */
import { isFullDate, readDateTime } from '@countersign/core/date-time'
import { formatTag } from './texts.ts'

/** The form of a text for a number: `plural(2, 'en', { one: '1 card', other: '2 cards' })`. */
export function plural(
  count: number,
  tag: string,
  forms: { readonly one: string; readonly other: string },
): string {
  return new Intl.PluralRules(tag).select(count) === 'one' ? forms.one : forms.other
}

/** `31 May 2029`; `undefined` for what is no date. */
export function day(iso: string | undefined): string | undefined {
  return shown(iso, { dateStyle: 'medium' })
}

export function dayAndTime(iso: string | undefined): string | undefined {
  return shown(iso, { dateStyle: 'medium', timeStyle: 'short' })
}

/** `12:04`, where the day is said beside it. */
export function timeOfDay(iso: string | undefined): string | undefined {
  return shown(iso, { timeStyle: 'short' })
}

/** `12:04:10`, for lines of a protocol. */
export function clockTime(iso: string | undefined): string | undefined {
  return shown(iso, { timeStyle: 'medium' })
}

/** Epoch seconds at which that day of the calendar begins where the reader is, or one so many days later; undefined for no day. */
export function beginOfDay(isoDay: string, daysLater = 0): number | undefined {
  const inUtc = isFullDate(isoDay) ? readDateTime(`${isoDay}T00:00:00Z`) : undefined
  if (inUtc === undefined) return undefined
  const seconds = inUtc + daysLater * 86_400
  return seconds - offsetAt(seconds)
}

/** In seconds. Between two clock changes it is the same the whole day, and nobody changes clocks at midnight's own hour. */
function offsetAt(seconds: number): number {
  const parts = new Intl.DateTimeFormat('en', { timeZoneName: 'longOffset' }).formatToParts(seconds * 1000)
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours, minutes] = /^GMT([+-])(\d\d):(\d\d)$/.exec(name) ?? []
  return (sign === '-' ? -60 : 60) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0))
}

/** `name, birth date and address`. */
export function list(items: readonly string[]): string {
  return new Intl.ListFormat(formatTag(), { type: 'conjunction' }).format(items)
}

/** `1,204.5`; with a digit behind the point at most, unless it is said otherwise. */
export function number(value: number, digits = 1): string {
  return new Intl.NumberFormat(formatTag(), { maximumFractionDigits: digits }).format(value)
}

/** `4:12`, of seconds. */
export function minutes(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

function shown(iso: string | undefined, style: Intl.DateTimeFormatOptions): string | undefined {
  // A date alone is a day of the calendar, not a moment: it is the same day everywhere.
  const zone = isFullDate(iso) ? { timeZone: 'UTC' } : {}
  const seconds = readDateTime(isFullDate(iso) ? `${iso}T00:00:00Z` : iso)
  if (seconds === undefined) return undefined
  return new Intl.DateTimeFormat(formatTag(), { ...style, ...zone }).format(seconds * 1000)
}

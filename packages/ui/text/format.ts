/** Dates, numbers and lists as the shown language writes them. Times are those of the reader. */
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
  const date = dateOf(iso)
  return date && new Intl.DateTimeFormat(formatTag(), { dateStyle: 'medium' }).format(date)
}

export function dayAndTime(iso: string | undefined): string | undefined {
  const date = dateOf(iso)
  return (
    date && new Intl.DateTimeFormat(formatTag(), { dateStyle: 'medium', timeStyle: 'short' }).format(date)
  )
}

/** `12:04:10`, for lines of a protocol. */
export function clockTime(iso: string | undefined): string | undefined {
  const date = dateOf(iso)
  return date && new Intl.DateTimeFormat(formatTag(), { timeStyle: 'medium' }).format(date)
}

/** `name, birth date and address`. */
export function list(items: readonly string[]): string {
  return new Intl.ListFormat(formatTag(), { type: 'conjunction' }).format(items)
}

/** `4:12`, of seconds. */
export function minutes(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

function dateOf(iso: string | undefined): Date | undefined {
  if (iso === undefined) return undefined
  // A date alone is a day of the calendar, not a moment of UTC: it is the same day everywhere.
  const date = new Date(/^\d{4}-\d{2}-\d{2}$/.test(iso) ? `${iso}T12:00:00` : iso)
  return Number.isNaN(date.getTime()) ? undefined : date
}

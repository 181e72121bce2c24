/** Numbers, lists and times as a language writes them. A server does not know its reader's zone, so a time says that it is UTC. */
import { isFullDate, readDateTime } from '@countersign/core/date-time'

/** For `Intl`, by the language of a page. */
const TAGS = { en: 'en-GB', de: 'de' } as const

export type LanguageId = keyof typeof TAGS

export function plural(count: number, language: LanguageId, one: string, other: string): string {
  return new Intl.PluralRules(TAGS[language]).select(count) === 'one' ? one : other
}

export function list(items: readonly string[], language: LanguageId): string {
  return new Intl.ListFormat(TAGS[language], { type: 'conjunction' }).format(items)
}

/** `31 May 2029`; undefined for what is no date. */
export function day(iso: string, language: LanguageId): string | undefined {
  return isFullDate(iso) ? written(`${iso}T00:00:00Z`, language, { dateStyle: 'medium' }) : undefined
}

/** Of a moment the day alone. */
export function dayOf(iso: string, language: LanguageId): string {
  return written(iso, language, { dateStyle: 'medium' }) ?? ''
}

export function dayAndTime(iso: string, language: LanguageId): string | undefined {
  const text = written(iso, language, { dateStyle: 'medium', timeStyle: 'short' })
  return text === undefined ? undefined : `${text} UTC`
}

function written(iso: string, language: LanguageId, style: Intl.DateTimeFormatOptions): string | undefined {
  const seconds = readDateTime(iso)
  if (seconds === undefined) return undefined
  return new Intl.DateTimeFormat(TAGS[language], { ...style, timeZone: 'UTC' }).format(seconds * 1000)
}

/** The words of the pages, by language. One more is a row here and a file beside the others; the compiler names what lacks. */
import { de } from './de.ts'
import { en, type SiteTexts } from './en.ts'

/** Each in its own words; the first is for who wants none of them. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const

export type LanguageId = keyof typeof LANGUAGES

export const LANGUAGE_IDS: readonly [LanguageId, ...LanguageId[]] = ['en', 'de']

export function isLanguageId(text: string): text is LanguageId {
  return Object.hasOwn(LANGUAGES, text)
}

const TEXTS: Readonly<Record<LanguageId, SiteTexts>> = { en, de }

export function siteTexts(language: LanguageId): SiteTexts {
  return TEXTS[language]
}

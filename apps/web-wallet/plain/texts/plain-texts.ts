/** The words of the pages without a script, by language. */
import { de } from './de.ts'
import { en, type PlainTexts } from './en.ts'
import type { LanguageId } from './words.ts'

/** Each in its own words; the first is for who wants none of them. */
export const LANGUAGES: Readonly<Record<LanguageId, string>> = { en: 'English', de: 'Deutsch' }

export const LANGUAGE_IDS: readonly [LanguageId, ...LanguageId[]] = ['en', 'de']

const TEXTS: Readonly<Record<LanguageId, PlainTexts>> = { en, de }

export function plainTexts(language: LanguageId): PlainTexts {
  return TEXTS[language]
}

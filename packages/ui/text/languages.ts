/** The languages of the pages. One more is a row here and a file of texts beside each `en.ts`; the compiler names what lacks. */

export interface Language {
  /** BCP 47, for `<html lang>`. */
  readonly tag: string
  readonly direction: 'ltr' | 'rtl'
  /** How it calls itself; absent: it is not offered, a test asks for it by name. */
  readonly name?: string
  /** What `Intl` writes dates and numbers in, where that is another. */
  readonly format?: string
}

export type LanguageId = 'en' | 'de' | 'pseudo'

export const LANGUAGES: Readonly<Record<LanguageId, Language>> = {
  en: { tag: 'en', direction: 'ltr', name: 'English', format: 'en-GB' },
  de: { tag: 'de', direction: 'ltr', name: 'Deutsch' },
  // English written from right to left and 40 % longer: finds what does not turn, what does not fit and what was never a text.
  pseudo: { tag: 'ar-XB', direction: 'rtl', format: 'en-GB' },
}

export const DEFAULT_LANGUAGE: LanguageId = 'en'

export function isLanguageId(text: unknown): text is LanguageId {
  return typeof text === 'string' && Object.hasOwn(LANGUAGES, text)
}

const KEPT_UNDER = 'countersign.language'

/** Before anything is shown: by the address (`?language=de`), what was chosen before, what the browser wants. */
export function firstLanguage(): LanguageId {
  const asked = new URLSearchParams(location.search).get('language')
  return isLanguageId(asked) ? asked : (keptLanguage() ?? bestLanguage(navigator.languages))
}

function keptLanguage(): LanguageId | undefined {
  try {
    const kept = localStorage.getItem(KEPT_UNDER)
    return isLanguageId(kept) ? kept : undefined
  } catch {
    return undefined
  }
}

/** For the next visit. */
export function keepLanguage(id: LanguageId): void {
  try {
    localStorage.setItem(KEPT_UNDER, id)
  } catch {
    // Without storage the choice holds for this page.
  }
}

/** For `Intl` and for whoever is asked: dates, numbers and lists are written as the language does. */
export function formatOf(id: LanguageId): string {
  const { format, tag } = LANGUAGES[id]
  return format ?? tag
}

/** The first of the wanted that we have, by its language alone: `de-AT` reads German. */
export function bestLanguage(wanted: readonly string[]): LanguageId {
  for (const tag of wanted) {
    const [language = ''] = tag.toLowerCase().split('-')
    if (language !== 'pseudo' && isLanguageId(language)) return language
  }
  return DEFAULT_LANGUAGE
}

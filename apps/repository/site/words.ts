/** Words of types, in the language of a page. */
import type { LanguageId } from './texts/site-texts.ts'

/** The first where the language is not there: a type of an operator's own may have fewer. */
export function inLanguage<T extends { readonly locale: string }>(
  entries: readonly T[],
  language: LanguageId,
): T {
  const found = entries.find(({ locale }) => locale.toLowerCase().split('-', 1)[0] === language) ?? entries[0]
  if (found === undefined) throw new Error('nothing is said in any language')
  return found
}

export function listed(words: readonly string[], language: LanguageId): string {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(words)
}

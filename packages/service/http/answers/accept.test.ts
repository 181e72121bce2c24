import { describe, expect, it } from 'vitest'
import { preferredLanguage } from './accept.ts'

const LANGUAGES = ['en', 'de', 'pt-BR'] as const

describe('the language of an answer', () => {
  it.each([
    ['is the first where none is asked for', undefined, 'en'],
    ['is the one that is asked for', 'de', 'de'],
    ['is that of a region where there is none of its own', 'de-AT', 'de'],
    ['is that of a script and a region too', 'de-Latn-CH-1996', 'de'],
    ['has no case', 'DE-at', 'de'],
    ['may have a region of its own', 'pt-br', 'pt-BR'],
    ['is not that of another region', 'pt', 'en'],
    ['is the heaviest', 'en;q=0.8, de;q=0.9', 'de'],
    ['is the earlier of two of equal weight', 'fr, de;q=0.5, en;q=0.5', 'de'],
    ['is the first for whoever takes any', '*', 'en'],
    ['is not any where one is named and heavier', 'de, *;q=0.1', 'de'],
    ['is not one that is not wanted', 'de;q=0, fr', 'en'],
    ['is another where the first is not wanted and any is', 'en;q=0, *', 'de'],
    ['is the first where there is none that is asked for', 'fr, ja', 'en'],
    ['is the first where the header is none', ';;;q=,=', 'en'],
    ['is what of a header can be read', 'd e, !!, de;q=0.3, en;q=2', 'de'],
    ['is not a word that begins alike', 'den, deu', 'en'],
    ['is the first where the header is too long', `de${', de'.repeat(400)}`, 'en'],
    ['is not looked for beyond thirty ranges', `${'fr,'.repeat(30)}de`, 'en'],
  ])('%s', (_what, header, language) => {
    const headers = header === undefined ? {} : { 'accept-language': header }
    expect(preferredLanguage({ headers }, LANGUAGES)).toBe(language)
  })
})

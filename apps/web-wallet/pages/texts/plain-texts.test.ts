import { describe, expect, it } from 'vitest'
import { de } from '../../plain/texts/de.ts'
import { en } from '../../plain/texts/en.ts'
import { de as pagesDe } from './de.ts'
import { en as pagesEn } from './en.ts'

/** Of a request both kinds of pages say the same, so that nobody reads two meanings. */
describe.each([
  ['en', en, pagesEn],
  ['de', de, pagesDe],
] as const)('the words in %s', (_language, plain, pages) => {
  it.each(['open', 'request', 'welcome'] as const)('of %s are those of the pages with a script', (group) => {
    expect(saidBy(plain[group])).toEqual(only(plain[group], saidBy(pages[group])))
  })

  it('of refusals as well', () => {
    expect(saidBy(plain.refused)).toEqual(only(plain.refused, saidBy(pages.scanPage.refused)))
  })
})

type Group = Readonly<Record<string, unknown>>

/** Texts as they are, and functions by what they say of one and of two. */
function saidBy(group: Group): Group {
  return Object.fromEntries(
    Object.entries(group).map(([name, text]) => {
      if (typeof text === 'function') return [name, samples(text as (...given: unknown[]) => string)]
      return [name, typeof text === 'object' ? saidBy(text as Group) : text]
    }),
  )
}

function samples(say: (...given: unknown[]) => string): readonly string[] {
  // Lists of one word: how several are joined follows the language that is shown.
  return [[1], [2], [['a'], 0], [['a'], 2]].flatMap((given) => {
    try {
      return say(...given)
    } catch {
      return []
    }
  })
}

function only(names: Group, all: Group): Group {
  return Object.fromEntries(Object.keys(names).map((name) => [name, all[name]]))
}

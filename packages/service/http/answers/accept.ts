/**
 * What a caller says it accepts (RFC 9110 §12.5), as far as our own API asks: text by default, JSON to whoever names it, and
 * the language that fits best.
 */
import type { FastifyRequest } from 'fastify'

export function acceptsJson({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers.accept?.includes('application/json') === true
}

/** No browser sends more, and who does is answered in the first language. */
const LONGEST_HEADER = 1000
const MOST_RANGES = 30

/**
 * The language that a caller wants most, of those that there are (RFC 9110 §12.5.4, look-up of RFC 4647 §3.4): `de-AT` gets
 * `de`. The first of them for whoever names none, and where the header is none.
 */
export function preferredLanguage<Language extends string>(
  { headers }: Pick<FastifyRequest, 'headers'>,
  languages: readonly [Language, ...Language[]],
): Language {
  const [first] = languages
  const header = headers['accept-language'] ?? ''
  if (header === '' || header.length > LONGEST_HEADER) return first
  const ranges = header.split(',', MOST_RANGES).flatMap(rangeOf)
  const unwanted = new Set(ranges.filter(({ weight }) => weight === 0).map(({ range }) => range))
  const there = languages.filter((language) => !unwanted.has(language.toLowerCase()))
  // Sorting is stable: of equal weights the earlier counts.
  for (const { range, weight } of ranges.sort((a, b) => b.weight - a.weight)) {
    const found = there.find((language) => range === '*' || isOf(range, language.toLowerCase()))
    if (found !== undefined && weight > 0) return found
  }
  return first
}

interface LanguageRange {
  /** In small letters. */
  readonly range: string
  /** From 0, not wanted, to 1. */
  readonly weight: number
}

const LANGUAGE_RANGE =
  /^\s*(\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i

/** What is no range says nothing. */
function rangeOf(text: string): readonly LanguageRange[] {
  const [, range, weight = '1'] = LANGUAGE_RANGE.exec(text) ?? []
  return range === undefined ? [] : [{ range: range.toLowerCase(), weight: Number(weight) }]
}

/** Subtags are taken off from the end until it fits. */
function isOf(range: string, language: string): boolean {
  return range === language || range.startsWith(`${language}-`)
}

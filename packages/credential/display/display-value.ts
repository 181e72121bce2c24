/** A claim's value as a line of plain text for people, in any format. Never markup: whoever shows it escapes it. */
import { isJsonArray, type JsonValue } from '@countersign/core/json'
import type { ClaimPath } from '../contract/format.ts'
import { readableName } from './readable-name.ts'

export interface ValueWords {
  /** What people call a member within the value; its path begins below the value. Its name as words when absent. */
  readonly nameOf?: (path: ClaimPath) => string
  /** BCP 47 tags, the most wanted first; English when absent. */
  readonly locales?: readonly string[]
}

const MAX_LENGTH = 500
const MAX_ENTRIES = 20
const MAX_DEPTH = 3
const TRUTHS: Readonly<Record<string, readonly [yes: string, no: string]>> = {
  en: ['yes', 'no'],
  de: ['ja', 'nein'],
}

/** Languages in which values are told. */
export const VALUE_LANGUAGES: readonly string[] = Object.keys(TRUTHS)

export function displayValue(value: JsonValue, words: ValueWords = {}): string {
  const text = describe(value, [], words)
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text
}

function describe(value: JsonValue, path: ClaimPath, words: ValueWords): string {
  if (value === null) return '–'
  if (typeof value === 'boolean') return truthsIn(words)[value ? 0 : 1]
  if (typeof value !== 'object') return withoutControls(String(value))
  if (path.length === MAX_DEPTH) return '…'
  if (isJsonArray(value)) return listed(value.map((entry) => describe(entry, [...path, null], words)))
  const { nameOf = nameAsWords } = words
  return listed(
    Object.entries(value).map(([member, inner]) => {
      const place = [...path, member]
      return `${withoutControls(nameOf(place))}: ${describe(inner, place, words)}`
    }),
  )
}

function truthsIn({ locales = [] }: ValueWords): readonly [yes: string, no: string] {
  const spoken = locales.map((locale) => TRUTHS[locale.toLowerCase().split('-', 1)[0] ?? ''])
  return spoken.find((words) => words !== undefined) ?? ['yes', 'no']
}

function nameAsWords(path: ClaimPath): string {
  return readableName(String(path.at(-1)))
}

function listed(entries: readonly string[]): string {
  const shown = entries.slice(0, MAX_ENTRIES).join(', ')
  return entries.length > MAX_ENTRIES ? `${shown}, …` : shown
}

/** Control and bidirectional formatting characters could make a value look like another one (Unicode TR36 §2.5). */
function withoutControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ' ')
}

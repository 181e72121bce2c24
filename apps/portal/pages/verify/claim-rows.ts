/** Disclosed claims as rows of label and text: nested ones under their own names, nothing left out and nothing cut. Pure. */
import { wordsOf } from '@countersign/ui/forms/schema-fields'

export interface ClaimRow {
  readonly path: readonly string[]
  readonly label: string
  readonly value: string
}

export interface ValueWords {
  readonly yes: string
  readonly no: string
}

/** What says what the credential is, and nothing of whoever holds it. */
const OF_THE_CREDENTIAL = new Set([
  'vct',
  'vct#integrity',
  'iss',
  'iat',
  'nbf',
  'exp',
  'cnf',
  'status',
  '_sd_alg',
  '@context',
  'type',
])
const MAX_DEPTH = 6

export function claimRows(
  claims: Readonly<Record<string, unknown>>,
  words: ValueWords,
  labelOf: (path: readonly string[]) => string = (path) => wordsOf(path.at(-1) ?? ''),
): readonly ClaimRow[] {
  const shown = Object.entries(claims).filter(([name]) => !OF_THE_CREDENTIAL.has(name))
  return shown.flatMap(([name, value]) => rowsOf([name], value, words, labelOf))
}

function rowsOf(
  path: readonly string[],
  value: unknown,
  words: ValueWords,
  labelOf: (path: readonly string[]) => string,
): readonly ClaimRow[] {
  const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (isGroup && path.length < MAX_DEPTH)
    return Object.entries(value).flatMap(([name, inner]) => rowsOf([...path, name], inner, words, labelOf))
  return [{ path, label: labelOf(path), value: textOf(value, words) }]
}

function textOf(value: unknown, words: ValueWords): string {
  if (typeof value === 'string') return value
  if (value === true) return words.yes
  if (value === false) return words.no
  if (Array.isArray(value) && value.every((one) => typeof one === 'string' || typeof one === 'number'))
    return value.join(', ')
  return JSON.stringify(value)
}

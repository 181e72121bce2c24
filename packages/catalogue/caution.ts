/**
 * Claims that say more of a person than most who ask need: a word of caution for whoever is about to share one, by what is known of
 * their use. Of others nothing is said.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import type { ClaimPath } from '@countersign/credential/contract/format'
import { claimUse } from './claim-use.ts'

export type Caution =
  /** A number that is one person's, everywhere. */
  | 'identifier'
  /** Others can recognise the person by it. */
  | 'portrait'
  /** The same card can say that somebody is old enough. */
  | 'age_would_do'
  /** Can do harm in wrong hands. */
  | 'sensitive'

/** Kinds of the vocabulary. */
const KINDS: Readonly<Record<string, Caution>> = {
  card_number: 'identifier',
  document_number: 'identifier',
  iban: 'identifier',
  insured_number: 'identifier',
  personal_number: 'identifier',
  portrait: 'portrait',
  tax_number: 'identifier',
}

const AN_AGE = 'age_over_18'
const AGE = /^(?:age|is)_?over_?\d+$|^age_equal_or_over$/i

/** `type`: what the credential's format calls it. `held`: all claims of the card. */
export function cautionFor(type: string, path: ClaimPath, held: JsonObject): Caution | undefined {
  const use = claimUse(type, path)
  if (use === undefined) return undefined
  if (use.instead.includes(AN_AGE)) return saysAge(held, MAX_DEPTH) ? 'age_would_do' : undefined
  return KINDS[use.kind] ?? (use.sensitivity === 'sensitive' ? 'sensitive' : undefined)
}

const MAX_DEPTH = 4

function saysAge(value: JsonValue, depthLeft: number): boolean {
  if (depthLeft === 0) return false
  if (isJsonArray(value)) return value.some((element) => saysAge(element, depthLeft - 1))
  if (!isJsonObject(value)) return false
  return Object.entries(value).some(([name, inner]) => AGE.test(name) || saysAge(inner, depthLeft - 1))
}

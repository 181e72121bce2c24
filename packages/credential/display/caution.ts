/**
 * Claims that say more of a person than most who ask need: a word of caution for whoever is about to share one. By the names that the
 * catalogues of the field have for them (EUDI PID rulebook, ISO/IEC 18013-5, OpenID Connect); of others nothing is said.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import type { ClaimPath } from '../contract/format.ts'

export type Caution =
  /** A number that is one person's, everywhere. */
  | 'identifier'
  /** Others can recognise the person by it. */
  | 'portrait'
  /** The same card can say that somebody is old enough. */
  | 'age_would_do'

const CAUTIONS: readonly (readonly [Caution, ReadonlySet<string>])[] = [
  [
    'identifier',
    new Set([
      'administrative_number',
      'card_number',
      'document_number',
      'nationalidnumber',
      'passport_number',
      'personal_administrative_number',
      'personal_identifier',
      'social_security_number',
      'ssn',
      'tax_id',
      'tax_number',
    ]),
  ],
  ['portrait', new Set(['face_image', 'facial_image', 'photo', 'picture', 'portrait'])],
  ['age_would_do', new Set(['birth_date', 'birthdate', 'date_of_birth', 'dateofbirth'])],
]

const AGE = /^(?:age|is)_?over_?\d+$|^age_equal_or_over$/i

/** `held`: all claims of the card. */
export function cautionFor(path: ClaimPath, held: JsonObject): Caution | undefined {
  const name = String(path.findLast((step) => typeof step === 'string') ?? '').toLowerCase()
  const caution = CAUTIONS.find(([, names]) => names.has(name))?.[0]
  return caution === 'age_would_do' && !saysAge(held, MAX_DEPTH) ? undefined : caution
}

const MAX_DEPTH = 4

function saysAge(value: JsonValue, depthLeft: number): boolean {
  if (depthLeft === 0) return false
  if (isJsonArray(value)) return value.some((element) => saysAge(element, depthLeft - 1))
  if (!isJsonObject(value)) return false
  return Object.entries(value).some(([name, inner]) => AGE.test(name) || saysAge(inner, depthLeft - 1))
}

/** Claims that many types have, said once: what people call them, what their values are, and what they tell of somebody. */
import type { JsonObject } from '@countersign/core/json'
import claims from './vocabulary/claims.json' with { type: 'json' }
import values from './vocabulary/values.json' with { type: 'json' }

/**
 * `ordinary`: says next to nothing of a person. `personal`: tells who somebody is or how they live. `sensitive`: can do harm
 * in wrong hands - health, belief, a picture of a face, a number for life, income, an account.
 */
export const SENSITIVITIES = ['ordinary', 'personal', 'sensitive'] as const

export type Sensitivity = (typeof SENSITIVITIES)[number]

/** What receivers usually want a claim for. */
export const PURPOSES = [
  'age', // to let nobody in or buy who is too young
  'identity', // to know for sure who somebody is
  'contact',
  'delivery', // to send something, or a bill
  'residence', // to know where somebody lives
  'driving', // to let somebody drive, rent or park
  'work', // to employ somebody or let them do a job
  'education', // to admit somebody to a school or a course
  'health', // to treat or insure somebody
  'travel', // to let somebody board, cross a border or stay
  'admission', // to let somebody in who has a ticket or belongs
  'payment',
  'tax', // taxes and social security
  'credit', // to lend or to let
  'business', // to deal with a company
] as const

export type Purpose = (typeof PURPOSES)[number]

export interface ClaimUse {
  /** The claim of the vocabulary that it counts as: the same for `birthdate` and `birth_date`. */
  readonly kind: string
  readonly sensitivity: Sensitivity
  /** The most usual first. */
  readonly purposes: readonly Purpose[]
  /** Kinds of claims that say less and often do in its place. */
  readonly instead: readonly string[]
}

/** By language tag (BCP 47). */
export type Words = Readonly<Record<string, string>>

export interface SharedValue {
  /** JSON Schema (2020-12). */
  readonly schema: JsonObject
  /** Words for what is within it, by its members' names: `locality`, `a.b`. */
  readonly parts?: Readonly<Record<string, Words>>
}

export interface SharedClaim {
  readonly label: Words
  /** Name of a shared value. */
  readonly value: string
  readonly sensitivity: Sensitivity
  readonly purposes: readonly Purpose[]
  /** Claims that say less of somebody and often do in its place. */
  readonly instead?: readonly string[]
  /** Names that types of the field have for it, or for what tells as much and is asked for alike. */
  readonly also?: readonly string[]
}

/** By what the catalogue calls them. */
export const sharedClaims: ReadonlyMap<string, SharedClaim> = new Map(
  Object.entries(claims as unknown as Record<string, SharedClaim>),
)

export const sharedValues: ReadonlyMap<string, SharedValue> = new Map(
  Object.entries(values as unknown as Record<string, SharedValue>),
)

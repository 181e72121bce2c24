/**
 * Finds what a claim path names (OpenID4VP 1.0 §7.1): member names, array indices, and `null` for every element of an
 * array. Answers with the places, so that a caller can mark or disclose exactly them. A step that does not fit a
 * value finds nothing there; judging whether that is an error is left to the caller.
 */

import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import type { ClaimPath } from './format.ts'

/** A path to one value: no wildcards left. */
export type ConcretePath = readonly (string | number)[]

/** Places of the values that `path` selects; empty when there are none. */
export function resolveClaimPath(claims: JsonObject, path: ClaimPath): readonly ConcretePath[] {
  let selected: readonly Place[] = [{ path: [], value: claims }]
  for (const step of path) selected = selected.flatMap((place) => follow(place, step))
  return selected.map((place) => place.path)
}

/** Whether one of the paths leads to or through the other: equal, above or below. */
export function onSameBranch(a: ConcretePath, b: ConcretePath): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a]
  return short.every((step, at) => step === long[at])
}

interface Place {
  readonly path: ConcretePath
  readonly value: JsonValue
}

function follow(place: Place, step: string | number | null): readonly Place[] {
  const { value } = place
  if (typeof step === 'string') {
    return isJsonObject(value) && Object.hasOwn(value, step) ? enter(place, step, value[step]) : []
  }
  if (!isJsonArray(value)) return []
  return step === null
    ? value.flatMap((element, index) => enter(place, index, element))
    : enter(place, step, value[step])
}

function enter(place: Place, step: string | number, value: JsonValue | undefined): readonly Place[] {
  return value === undefined ? [] : [{ path: [...place.path, step], value }]
}

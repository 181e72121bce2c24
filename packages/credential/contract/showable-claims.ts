/**
 * Claims with numbers that JSON does not carry (RFC 7493 §2.2). A verifier refuses them, because its result would say
 * *verified* of another value. A holder keeps what was issued and presents it as it is; of its claims these are left out,
 * and named.
 */
import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  UNSAFE_NUMBER,
} from '@countersign/core/json'
import type { ClaimPath } from './format.ts'

/** Whether a credential with such a number is read at all. */
export interface NumberRule {
  readonly exactNumbers: boolean
}

/** For verifiers. */
export const EXACT: NumberRule = { exactNumbers: true }

/** For holders. */
export const AS_ISSUED: NumberRule = { exactNumbers: false }

export interface ShowableClaims {
  readonly claims: JsonObject
  /** What was left out of the claims; absent where that is nothing. */
  readonly unshown?: readonly ClaimPath[]
}

/**
 * An array with such a number is left out as a whole: without one of its elements the others would have other places, and
 * a path to one of them would lead to its neighbour.
 */
export function showableClaims(claims: JsonObject): ShowableClaims {
  const unshown: ClaimPath[] = []
  const shown = withoutUnsafe(claims, [], unshown)
  return unshown.length === 0 ? { claims } : { claims: shown, unshown }
}

function withoutUnsafe(source: JsonObject, path: ClaimPath, unshown: ClaimPath[]): JsonObject {
  const target: Record<string, JsonValue> = {}
  for (const [name, value] of Object.entries(source)) {
    const place = [...path, name]
    if (hasUnsafeElement(value)) unshown.push(place)
    else target[name] = below(value, place, unshown)
  }
  return target
}

function below(value: JsonValue, path: ClaimPath, unshown: ClaimPath[]): JsonValue {
  if (isJsonArray(value)) return value.map((element, at) => below(element, [...path, at], unshown))
  return isJsonObject(value) ? withoutUnsafe(value, path, unshown) : value
}

/** The value itself, or one in an array that stands for it. */
function hasUnsafeElement(value: JsonValue): boolean {
  return value === UNSAFE_NUMBER || (isJsonArray(value) && value.some(hasUnsafeElement))
}

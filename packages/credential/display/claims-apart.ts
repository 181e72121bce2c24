/** Claims less some of them: what is left when places were shown, or when a presentation shows a part. */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import type { ClaimPath } from '../contract/format.ts'

/** Concrete paths. What has become empty by it is gone too. */
export function withoutPlaces(claims: JsonObject, places: readonly ClaimPath[]): JsonObject {
  const left = places.length === 0 ? claims : less(claims, places)
  return isJsonObject(left) ? left : {}
}

function less(value: JsonValue, places: readonly ClaimPath[]): JsonValue | undefined {
  if (places.some(({ length }) => length === 0)) return undefined
  const below = (step: string | number) =>
    places.filter(([first]) => first === step).map(([, ...rest]) => rest)
  return eachLess(value, (inner, step) => (below(step).length === 0 ? inner : less(inner, below(step))))
}

/** Without lists that are empty because everything in them was left out: nothing is told by those. */
export function withoutHollows(part: JsonObject, whole: JsonObject): JsonObject {
  const left = lessHollow(part, whole)
  return isJsonObject(left) ? left : {}
}

function lessHollow(part: JsonValue, whole: JsonValue | undefined): JsonValue | undefined {
  if (isJsonArray(part)) return part.length === 0 && isJsonArray(whole) && whole.length > 0 ? undefined : part
  if (!isJsonObject(part) || !isJsonObject(whole)) return part
  const kept = Object.entries(part).flatMap(([name, member]): [string, JsonValue][] => {
    const left = lessHollow(member, Object.hasOwn(whole, name) ? whole[name] : undefined)
    return left === undefined ? [] : [[name, left]]
  })
  return Object.fromEntries(kept)
}

/** What `whole` has and `part`, the same claims without some of them, has not. */
export function withoutPart(whole: JsonObject, part: JsonObject): JsonObject {
  const left = lessPart(whole, part)
  return isJsonObject(left) ? left : {}
}

function lessPart(whole: JsonValue, part: JsonValue): JsonValue | undefined {
  if (isJsonObject(whole) && isJsonObject(part))
    return eachLess(whole, (inner, step) => {
      const its = Object.hasOwn(part, step) ? part[step] : undefined
      return its === undefined ? inner : lessPart(inner, its)
    })
  if (!isJsonArray(whole) || !isJsonArray(part)) return undefined
  // Elements that are left out have no place any more: one is there when one like it is.
  const shown = part.map((element) => JSON.stringify(element))
  const left = whole.filter((element) => !shown.includes(JSON.stringify(element)))
  return left.length === 0 ? undefined : left
}

type Less = (inner: JsonValue, step: string | number) => JsonValue | undefined

function eachLess(value: JsonValue, inner: Less): JsonValue | undefined {
  if (isJsonArray(value)) {
    const left = value.map(inner).filter((element) => element !== undefined)
    return left.length === 0 ? undefined : left
  }
  if (!isJsonObject(value)) return value
  const left = Object.entries(value).flatMap(([name, member]): [string, JsonValue][] => {
    const kept = inner(member, name)
    return kept === undefined ? [] : [[name, kept]]
  })
  return left.length === 0 ? undefined : Object.fromEntries(left)
}

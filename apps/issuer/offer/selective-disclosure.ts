/** walt.id's `selectiveDisclosure` map (`{fields: {name: {sd, children}}}`) as the paths that a holder may withhold. */

import type { JsonObject, JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { ClaimPath } from '@countersign/credential/contract/format'

export interface DisclosureMap {
  readonly fields: Readonly<Record<string, DisclosureField>>
}

export interface DisclosureField {
  readonly sd?: boolean | undefined
  readonly children?: DisclosureMap | undefined
}

export type DisclosureMapMistake = {
  readonly code: 'selective_disclosure'
  /** Path in the claims that the map names and that is not there, or not an object. */
  readonly at: string
}

export function selectivePaths(
  map: DisclosureMap,
  claims: JsonObject,
): Result<readonly ClaimPath[], DisclosureMapMistake> {
  const paths: ClaimPath[] = []
  const mistake = collect(map, claims, [], paths)
  return mistake === undefined ? ok(paths) : refuse(mistake)
}

function collect(
  map: DisclosureMap,
  value: JsonValue | undefined,
  at: readonly string[],
  paths: ClaimPath[],
): DisclosureMapMistake | undefined {
  for (const [name, field] of Object.entries(map.fields)) {
    const path = [...at, name]
    if (!isObject(value) || !Object.hasOwn(value, name))
      return { code: 'selective_disclosure', at: path.join('.') }
    if (field.sd === true) paths.push(path)
    const inner = field.children && collect(field.children, value[name], path, paths)
    if (inner !== undefined) return inner
  }
  return undefined
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

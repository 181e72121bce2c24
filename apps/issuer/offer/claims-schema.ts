/** Claims against the type's JSON Schema. Schemas are compiled at first use, and kept. */
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { type CheckValue, compileSchema } from '@countersign/service/types/json-schema'
import type { IssuableType } from '../types/issuable-types.ts'

export interface ClaimsMistake {
  readonly code: 'claims_invalid'
  readonly configurationId: string
  /** JSON Pointer and what the schema says; never the value, which is personal. */
  readonly mistakes: readonly string[]
}

const compiled = new WeakMap<IssuableType, CheckValue>()

export async function checkClaims(
  type: IssuableType,
  claims: JsonObject,
): Promise<Result<JsonObject, ClaimsMistake>> {
  const check = compiled.get(type) ?? (await compile(type))
  const mistakes = check(claimsWithin(claims, type.claimsAt))
  if (mistakes.length === 0) return ok(claims)
  return refuse({ code: 'claims_invalid', configurationId: type.configuration.id, mistakes })
}

async function compile(type: IssuableType): Promise<CheckValue> {
  const check = await compileSchema(type.schema)
  compiled.set(type, check)
  return check
}

/** What stands at the end of the members; nothing at all fails every schema that demands an object. */
function claimsWithin(data: JsonObject, members: readonly string[]): JsonValue {
  let value: JsonValue = data
  for (const name of members) value = (isJsonObject(value) ? value[name] : undefined) ?? null
  return value
}

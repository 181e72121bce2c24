/** Claims against the type's JSON Schema. The validator is made and schemas are compiled at first use, and kept. */
import { readDateTime } from '@countersign/core/date-time'
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import ajvFormats from 'ajv-formats'
import type { IssuableType } from '../types/issuable-types.ts'

export interface ClaimsMistake {
  readonly code: 'claims_invalid'
  readonly configurationId: string
  /** JSON Pointer and what the schema says; never the value, which is personal. */
  readonly mistakes: readonly string[]
}

let validator: Ajv2020 | undefined
const compiled = new WeakMap<IssuableType, ValidateFunction>()

export function checkClaims(type: IssuableType, claims: JsonObject): Result<JsonObject, ClaimsMistake> {
  let validate = compiled.get(type)
  if (validate === undefined) {
    validator ??= withFormats(new Ajv2020({ allErrors: true, strict: false }))
    validate = validator.compile(type.schema)
    compiled.set(type, validate)
  }
  if (validate(claimsWithin(claims, type.claimsAt))) return ok(claims)
  const mistakes = (validate.errors ?? [])
    .slice(0, 20)
    .map((error) => `${error.instancePath || '/'} ${error.message}`)
  return refuse({ code: 'claims_invalid', configurationId: type.configuration.id, mistakes })
}

/** What stands at the end of the members; nothing at all fails every schema that demands an object. */
function claimsWithin(data: JsonObject, members: readonly string[]): JsonValue {
  let value: JsonValue = data
  for (const name of members) value = (isJsonObject(value) ? value[name] : undefined) ?? null
  return value
}

/** JSON Schema 2020-12 validation §7.3. Of times, our own reader decides: `ajv-formats` takes blanks and bare hours beside RFC 3339. */
function withFormats(ajv: Ajv2020): Ajv2020 {
  ajvFormats.default(ajv)
  return ajv.addFormat('date-time', (text: string) => readDateTime(text) !== undefined)
}

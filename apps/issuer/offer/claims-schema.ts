/** Claims against the type's JSON Schema. Schemas are compiled at first use and kept. */
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { IssuableType } from '../types/issuable-types.ts'

export interface ClaimsMistake {
  readonly code: 'claims_invalid'
  readonly configurationId: string
  /** JSON Pointer and what the schema says; never the value, which is personal. */
  readonly mistakes: readonly string[]
}

const ajv = new Ajv2020({ allErrors: true, strict: false, formats: { date: isDate, email: isEmail } })
const compiled = new WeakMap<IssuableType, ValidateFunction>()

export function checkClaims(type: IssuableType, claims: JsonObject): Result<JsonObject, ClaimsMistake> {
  let validate = compiled.get(type)
  if (validate === undefined) {
    validate = ajv.compile(type.schema)
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

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`))
}

function isEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text)
}

/** Claims against the type's JSON Schema. The validator is loaded and schemas are compiled at first use, and kept. */
import { readDateTime } from '@countersign/core/date-time'
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Ajv2020, ValidateFunction } from 'ajv/dist/2020.js'
import type { IssuableType } from '../types/issuable-types.ts'

export interface ClaimsMistake {
  readonly code: 'claims_invalid'
  readonly configurationId: string
  /** JSON Pointer and what the schema says; never the value, which is personal. */
  readonly mistakes: readonly string[]
}

let loading: Promise<Ajv2020> | undefined
const compiled = new WeakMap<IssuableType, ValidateFunction>()

export async function checkClaims(
  type: IssuableType,
  claims: JsonObject,
): Promise<Result<JsonObject, ClaimsMistake>> {
  const validate = compiled.get(type) ?? (await compile(type))
  if (validate(claimsWithin(claims, type.claimsAt))) return ok(claims)
  const mistakes = (validate.errors ?? [])
    .slice(0, 20)
    .map((error) => `${error.instancePath || '/'} ${error.message}`)
  return refuse({ code: 'claims_invalid', configurationId: type.configuration.id, mistakes })
}

async function compile(type: IssuableType): Promise<ValidateFunction> {
  loading ??= loadValidator()
  const validator = await loading
  const validate = compiled.get(type) ?? validator.compile(type.schema)
  compiled.set(type, validate)
  return validate
}

/** What stands at the end of the members; nothing at all fails every schema that demands an object. */
function claimsWithin(data: JsonObject, members: readonly string[]): JsonValue {
  let value: JsonValue = data
  for (const name of members) value = (isJsonObject(value) ? value[name] : undefined) ?? null
  return value
}

/** A hundred files that a start does not pay for (033). */
async function loadValidator(): Promise<Ajv2020> {
  const [{ Ajv2020: Validator }, { default: formats }] = await Promise.all([
    import('ajv/dist/2020.js'),
    import('ajv-formats'),
  ])
  return withFormats(new Validator({ allErrors: true, strict: false }), formats.default)
}

/** JSON Schema 2020-12 validation §7.3. Of times, our own reader decides: `ajv-formats` takes blanks and bare hours beside RFC 3339. */
function withFormats(ajv: Ajv2020, addFormats: (ajv: Ajv2020) => unknown): Ajv2020 {
  addFormats(ajv)
  return ajv.addFormat('date-time', (text: string) => readDateTime(text) !== undefined)
}

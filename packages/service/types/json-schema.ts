/**
 * Values against JSON Schema (2020-12). The validator is loaded at its first use: it comes in a hundred files that a start does not
 * pay for (docs/decisions/033).
 */
import { readDateTime } from '@countersign/core/date-time'
import type { JsonObject, JsonValue } from '@countersign/core/json'
import type { Ajv2020, ValidateFunction } from 'ajv/dist/2020.js'

/** JSON Pointer and what the schema says of each mistake, never the value, which is personal; empty for a value that fits. */
export type CheckValue = (value: JsonValue) => readonly string[]

const MAX_MISTAKES = 20

let loading: Promise<Ajv2020> | undefined

/** Throws for what is no schema. */
export async function compileSchema(schema: JsonObject): Promise<CheckValue> {
  loading ??= loadValidator()
  const validate: ValidateFunction = (await loading).compile(schema)
  return (value) => {
    if (validate(value)) return []
    const errors = validate.errors ?? []
    return errors.slice(0, MAX_MISTAKES).map((error) => `${error.instancePath || '/'} ${error.message}`)
  }
}

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

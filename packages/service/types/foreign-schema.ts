/**
 * Values against a JSON Schema that a caller wrote (draft-07, which older scripts mean, or 2020-12). Unlike a schema of our own
 * it is compiled apart from all others, refers to nothing outside itself, and has nothing in it that could take for ever.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import type { Ajv, ValidateFunction } from 'ajv'
import { type CompilePattern, patternCompiler } from './foreign-pattern.ts'

/** Whether the value fits; undefined where nobody can say, because the schema leads round in a circle. */
export type FitsSchema = (value: JsonValue) => boolean | undefined

const MAX_LENGTH = 20_000
const MAX_DEPTH = 30
/** Entries of a list are compared with each other. */
const MAX_UNIQUE_ITEMS = 1000
const DRAFT_07 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/
const DRAFT_2020 = 'https://json-schema.org/draft/2020-12/schema'

/** Undefined for what is no schema, or not one that is safe to use. */
export async function compileForeignSchema(schema: JsonObject): Promise<FitsSchema | undefined> {
  if (JSON.stringify(schema).length > MAX_LENGTH) return undefined
  const compilePattern = await patternCompiler()
  if (!isSafe(schema, compilePattern, 0)) return undefined
  const validator = await newValidator(schema['$schema'], compilePattern)
  const validate = validator && compiledBy(validator, schema)
  return validate && ((value) => fits(validate, value))
}

async function newValidator(
  draft: JsonValue | undefined,
  compilePattern: CompilePattern,
): Promise<Ajv | undefined> {
  const regExp = Object.assign(
    (source: string) => ({ test: compilePattern(source)?.isIn ?? (() => false) }),
    {
      // For code that is written out, which this is not.
      code: '',
    },
  )
  const options = { strict: false, addUsedSchema: false, logger: false, code: { regExp } } as const
  const { default: formats } = await import('ajv-formats')
  if (draft === undefined || (typeof draft === 'string' && DRAFT_07.test(draft))) {
    const { Ajv: Validator } = await import('ajv')
    return formats.default(new Validator(options))
  }
  if (draft !== DRAFT_2020) return undefined
  const { Ajv2020: Validator } = await import('ajv/dist/2020.js')
  return formats.default(new Validator(options))
}

function compiledBy(validator: Ajv, schema: JsonObject): ValidateFunction | undefined {
  try {
    return validator.compile(schema)
  } catch {
    return undefined
  }
}

function fits(validate: ValidateFunction, value: JsonValue): boolean | undefined {
  try {
    return validate(value)
  } catch {
    return undefined
  }
}

/** An asynchronous schema would be answered by a promise, which is true. */
function isSafe(schema: JsonValue, compilePattern: CompilePattern, depth: number): boolean {
  if (depth > MAX_DEPTH) return false
  if (isJsonArray(schema)) return schema.every((one) => isSafe(one, compilePattern, depth + 1))
  if (!isJsonObject(schema)) return true
  const { $async, maxItems, pattern, patternProperties, uniqueItems } = schema
  const isBounded = typeof maxItems === 'number' && maxItems <= MAX_UNIQUE_ITEMS
  const patterns = [
    ...(typeof pattern === 'string' ? [pattern] : []),
    ...(isJsonObject(patternProperties) ? Object.keys(patternProperties) : []),
  ]
  return (
    $async === undefined &&
    (uniqueItems !== true || isBounded) &&
    patterns.every((source) => compilePattern(source) !== undefined) &&
    Object.values(schema).every((one) => isSafe(one, compilePattern, depth + 1))
  )
}

/**
 * Environment and flags are text, and so is a value that a file took from `${?VAR}`: each is offered to the key's
 * own schema as it stands, then as JSON, then as a comma-separated list, and the first that is accepted counts.
 * What fits no reading stays as it is, so that the schema's own complaint reaches the operator.
 */
import { didYouMean, nearestWord } from '@countersign/core/nearest-word'
import { z } from 'zod'
import { isRecord } from './hocon.ts'

/** Fits every member of the shape; nested objects are fitted as far as their schema is an object too. */
export function fitTo(shape: z.core.$ZodShape, values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const schema = Object.hasOwn(shape, key) ? shape[key] : undefined
      return [key, schema === undefined ? value : fitValue(schema, value)]
    }),
  )
}

function fitValue(schema: z.core.$ZodType, value: unknown): unknown {
  if (isRecord(value)) {
    const inner = shapeOf(schema)
    return inner === undefined ? value : fitTo(inner, value)
  }
  const possible = readings(value)
  return (
    possible.find((reading) => accepts(schema, reading)) ??
    possible.find((reading) => isOfItsType(schema, reading)) ??
    value
  )
}

/** A number that is too large is told so, and not that it came as text. */
function isOfItsType(schema: z.core.$ZodType, value: unknown): boolean {
  const { success, error } = z.safeParse(schema, value)
  return success || error.issues.every((issue) => issue.path.length > 0 || !isOtherType(issue, value))
}

function isOtherType(issue: z.core.$ZodIssue, value: unknown): boolean {
  return issue.code === 'invalid_type' && !(issue.expected === 'int' && typeof value === 'number')
}

/** What is wrong, in words; the value itself, which may be secret, is not repeated. */
export function problemOf(issue: z.core.$ZodIssue, given: unknown): string {
  if (issue.code === 'too_big' && isOfNumber(issue)) return `must be at most ${issue.maximum}`
  if (issue.code === 'too_small' && isOfNumber(issue)) return `must be at least ${issue.minimum}`
  if (issue.code === 'invalid_type') return TYPES[issue.expected] ?? issue.message
  if (issue.code === 'unrecognized_keys') return `unknown key ${issue.keys.join(', ')}`
  if (issue.code !== 'invalid_value') return issue.message
  const known = issue.values.map(String)
  return `must be ${known.join(' or ')}${didYouMean(nearestWord(String(given), known))}`
}

function isOfNumber({ origin }: { readonly origin: string }): boolean {
  return origin === 'number' || origin === 'int'
}

const TYPES: Readonly<Record<string, string>> = {
  int: 'must be a whole number',
  number: 'must be a number',
  boolean: 'must be true or false',
  record: 'must be an object',
  object: 'must be an object',
  array: 'must be a list',
}

function readings(value: unknown): readonly unknown[] {
  if (typeof value === 'number' || typeof value === 'boolean') return [value, String(value)]
  if (typeof value !== 'string') return [value]
  const text = value.trim()
  const parsed = parsedJson(text)
  const list = text === '' ? [] : text.split(',').map((item) => item.trim())
  return [value, ...(parsed === undefined ? [] : [parsed]), list]
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function accepts(schema: z.core.$ZodType, value: unknown): boolean {
  return (
    'safeParse' in schema &&
    typeof schema.safeParse === 'function' &&
    schema.safeParse(value).success === true
  )
}

/** The shape inside `.optional()`, `.default()` and the like; undefined when it is no object. */
function shapeOf(schema: z.core.$ZodType): z.core.$ZodShape | undefined {
  if (schema instanceof z.core.$ZodObject) return schema._zod.def.shape
  const definition: object = schema._zod.def
  const inner = 'innerType' in definition ? definition.innerType : undefined
  return inner instanceof z.core.$ZodType ? shapeOf(inner) : undefined
}

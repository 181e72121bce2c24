/**
 * Environment and flags are text, and so is a value that a file took from `${?VAR}`: each is offered to the key's
 * own schema as it stands, then as JSON, then as a comma-separated list, and the first that is accepted counts.
 * What fits no reading stays as it is, so that the schema's own complaint reaches the operator.
 */
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
  return readings(value).find((reading) => accepts(schema, reading)) ?? value
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

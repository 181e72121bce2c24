/**
 * What a file with a type of an operator's own may say. Of JSON Schema it takes the part that forms and documents can be made
 * of: no references, no combinations.
 */
import { TOPICS } from '@countersign/catalogue/topics'
import { PURPOSES, SENSITIVITIES } from '@countersign/catalogue/vocabulary'
import { isJsonObject, type JsonObject } from '@countersign/core/json'
import { z } from 'zod'

const text = (most: number) =>
  z.string().min(1, 'must not be empty').max(most, `must have ${most} characters at most`)

const languageTag = z
  .string()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag such as en or pt-BR')

const words = (most: number) =>
  z
    .record(languageTag, text(most))
    .refine((said) => Object.keys(said).length > 0, 'must be said in one language at least')
    .refine((said) => Object.keys(said).length <= 50, 'must be said in 50 languages at most')

/** A member in every format, and part of an id on the card. */
const memberName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,59}$/, 'must be letters, digits and underscores, beginning with a letter')

const claimName = memberName.refine((name) => !ISSUERS.has(name), 'is a member that the issuer writes itself')

/** Of SD-JWT VCs, and the subject of a W3C credential (`apps/issuer/offer/issuer-written-members.ts` refuses them in calls). */
const ISSUERS: ReadonlySet<string> = new Set(['iss', 'iat', 'nbf', 'exp', 'cnf', 'vct', 'status', 'id'])

const color = z.string().regex(/^#[0-9a-f]{6}$/i, 'must be a colour such as #1f3a5f')

const place = text(300)
const plain = z.union([z.string().max(500), z.number(), z.boolean()])
const memberNames = z
  .array(text(60))
  .max(100)
  .refine((names) => new Set(names).size === names.length, 'must name each member once')
const length = z.int().min(0).max(10_000_000)

const pattern = text(500).refine(isPattern, 'must be a regular expression')

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, 'u').source !== ''
  } catch {
    return false
  }
}

const valueSchema: z.ZodType<JsonObject> = z.lazy(() =>
  z.strictObject({
    type: z.enum(['string', 'number', 'integer', 'boolean', 'object', 'array']).optional(),
    title: text(200).optional(),
    description: text(500).optional(),
    enum: z.array(plain).min(1).max(200).optional(),
    const: plain.optional(),
    format: z.enum(['date', 'date-time', 'time', 'email', 'uri', 'uuid']).optional(),
    contentEncoding: z.literal('base64url').optional(),
    pattern: pattern.optional(),
    minLength: length.optional(),
    maxLength: length.optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    properties: z.record(memberName, valueSchema).optional(),
    required: memberNames.optional(),
    additionalProperties: z.boolean().optional(),
    items: valueSchema.optional(),
    minItems: length.optional(),
    maxItems: length.optional(),
  }),
) as z.ZodType<JsonObject>

const writtenClaim = z.strictObject({
  is: text(60).optional(),
  label: words(200).optional(),
  value: text(60).optional(),
  schema: valueSchema.optional(),
  parts: z.record(text(300), words(200)).optional(),
  required: memberNames.optional(),
  sensitivity: z.enum(SENSITIVITIES).optional(),
  purposes: z.array(z.enum(PURPOSES)).min(1).max(PURPOSES.length).optional(),
  instead: z.array(text(60)).max(20).optional(),
  mandatory: z.boolean().optional(),
  sd: z.enum(['always', 'allowed', 'never']).optional(),
})

const writtenCard = z.strictObject({
  background: color,
  text: color,
  from: place.optional(),
  foot: z.array(place).max(4).optional(),
  end: place.optional(),
})

/** `formats`: identifiers of those that credentials can be issued in. */
export function writtenTypeSchema(formats: readonly string[]) {
  const called = z.string().regex(/^\S{1,500}$/, 'must be a name without spaces')
  return z.strictObject({
    name: z
      .string()
      .regex(/^[A-Z][A-Za-z0-9]{0,99}$/, 'must be letters and digits, beginning with a capital letter'),
    id: z.string().regex(/^[a-z][a-z0-9_]{0,99}$/, 'must be small letters, digits and underscores'),
    topic: z.enum(TOPICS).optional(),
    formats: z
      .partialRecord(z.enum(formats), called)
      .refine((named) => Object.keys(named).length > 0, 'must name one format at least'),
    namespace: called.optional(),
    label: words(100),
    description: words(500),
    lifetimeDays: z.int().min(1).max(3650).optional(),
    card: writtenCard,
    claims: z
      .record(claimName, writtenClaim)
      .refine((claims) => Object.keys(claims).length > 0, 'must have one claim at least')
      .refine((claims) => Object.keys(claims).length <= 200, 'must have 200 claims at most'),
    example: z.custom<JsonObject>(isJsonObject, 'must be an object'),
  })
}

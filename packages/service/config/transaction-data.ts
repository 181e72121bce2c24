/**
 * Types of transaction data beside those that are known, as an operator writes them (OpenID4VP 1.0 §8.4): what an entry says, and
 * what people are shown of it. A name alone, as walt.id's profiles have it, is a value that may be missing, named as it is.
 */
import { z } from 'zod'

type Texts = Readonly<Record<string, string>>

const text = z.string().trim().min(1).max(100)
const texts = z
  .union([text, z.record(z.string().regex(/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8}){0,3}$/), text)])
  .transform((written): Texts => (typeof written === 'string' ? { en: written } : written))
  .refine((by) => Object.keys(by).length > 0, 'needs a text in at least one language')

const name = z
  .string()
  .min(1)
  .max(60)
  .refine(
    (one) => !RESERVED.includes(one),
    'is a member of every entry (OpenID4VP 1.0 §5.1), and no field of one',
  )

/** Of every type, and of no type's own. */
const RESERVED = ['type', 'credential_ids', 'transaction_data_hashes_alg', '__proto__']

const MAX_DEPTH = 4

const base = { name, label: texts.optional(), required: z.boolean().default(false) }
const value = z.strictObject({
  ...base,
  kind: z.enum(['text', 'number', 'boolean', 'date', 'currency', 'amount', 'value']).default('value'),
})
const named = name.transform((one) => ({
  name: one,
  label: { en: one },
  kind: 'value' as const,
  required: false,
}))

type Value = Omit<z.output<typeof value>, 'label'> & { readonly label: Texts }
type Group = Omit<Value, 'kind'> & {
  readonly kind: 'object' | 'list'
  readonly fields: readonly (Value | Group)[]
}
type Field = Value | Group

const labelled = <F extends { readonly name: string; readonly label?: Texts | undefined }>(field: F) => ({
  ...field,
  label: field.label ?? { en: field.name },
})

function fieldsTo(depth: number): z.ZodType<readonly Field[]> {
  const group = z.strictObject({
    ...base,
    kind: z.enum(['object', 'list']),
    fields: depth > 1 ? z.lazy(() => fieldsTo(depth - 1)) : z.never('is nested too deeply'),
  })
  return z
    .array(z.union([named, value.transform(labelled), group.transform(labelled)]))
    .min(1)
    .max(50)
    .refine(
      (fields) => new Set(fields.map((field) => field.name)).size === fields.length,
      'has a field of the same name twice',
    )
}

const transactionType = z
  .strictObject({
    type: z.string().min(1).max(300),
    displayName: texts.optional(),
    fields: fieldsTo(MAX_DEPTH),
  })
  .transform(({ displayName, type, ...rest }) => ({
    ...rest,
    type,
    displayName: displayName ?? { en: type },
  }))

export const transactionDataShape = {
  transactionDataProfiles: z
    .array(transactionType)
    .max(100)
    .prefault([])
    .describe(
      'Types of transaction data (OpenID4VP 1.0 §8.4) beside those that are known: each with `type`, `displayName` and `fields` ([how](transaction-data.md#types))',
    ),
} as const

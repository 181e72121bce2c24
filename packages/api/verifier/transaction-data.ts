/** `GET /openid4vc/transaction-data-profiles`: what holders may be asked to authorise (OpenID4VP 1.0 §8.4). */
import { z } from 'zod'

const texts = z.record(z.string(), z.string()).describe('By language')

const field = z.object({
  name: z.string().describe('Of the member'),
  label: texts,
  kind: z
    .enum(['text', 'number', 'boolean', 'date', 'currency', 'amount', 'value', 'object', 'list'])
    .describe(
      '`amount`: a text like 23.58; `value`: a text, a number, or true or false; `list`: of objects with `fields`',
    ),
  required: z.boolean().describe('Within the object that it is a member of'),
  fields: z
    .array(z.unknown())
    .readonly()
    .optional()
    .describe('Of an `object` and of each entry of a `list`: fields like this one'),
})

export const transactionDataProfiles = z
  .array(
    z.object({
      type: z.string().describe('`type` of an entry'),
      displayName: z.string().describe('In the language that was asked for'),
      displayNames: texts,
      fields: z.array(field).readonly(),
    }),
  )
  .readonly()

export type TransactionDataProfiles = z.infer<typeof transactionDataProfiles>

/** The header by which a call that makes something is done once, beside the headers that its route reads anyway. */
import { z } from 'zod'

export const IDEMPOTENCY_KEY = 'idempotency-key'

const keyHeader = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible characters of ASCII, without spaces')
  .optional()
  .describe(
    'A key of your own for this call: the same call under the same key is done once, and gets the same answer for 24 hours',
  )

export interface KeyedHeaders {
  readonly schema: z.ZodType
  /** Of the others. */
  readonly names: readonly string[]
}

/** `headers`: what a route says of them. */
export function withIdempotencyKey(headers: unknown): KeyedHeaders {
  const before = headers instanceof z.ZodObject ? headers : z.object({})
  return { schema: before.extend({ [IDEMPOTENCY_KEY]: keyHeader }), names: Object.keys(before.shape) }
}

/** Status lists as they are published: signed tokens for everybody, in the forms of their specifications. */
import { z } from 'zod'

const listId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{22}$/)
  .describe('As in the status of a credential')

export const statusPurposes = ['revocation', 'suspension'] as const

export const tokenListParams = z.object({ listId })

export const bitstringListParams = z.object({ listId, purpose: z.enum(statusPurposes) })

export const listQuery = z.object({
  time: z
    .string()
    .max(40)
    .optional()
    .describe('An earlier time (Token Status List §8.4): not told, for privacy'),
})

export const TOKEN_LIST_TYPES = ['application/statuslist+jwt', 'application/statuslist+cwt'] as const
export const BITSTRING_LIST_TYPE = 'application/vc+jwt'

/** A JWT of the type; a real one has the list of all statuses, compressed, in its payload. */
export const TOKEN_LIST_EXAMPLE = 'eyJ0eXAiOiJzdGF0dXNsaXN0K2p3dCIsImFsZyI6IkVTMjU2In0.e30.c2lnbmF0dXJl'
export const BITSTRING_LIST_EXAMPLE = 'eyJ0eXAiOiJ2Yytqd3QiLCJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl'

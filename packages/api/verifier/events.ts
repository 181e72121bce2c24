/** `GET /openid4vc/session/{id}/events`: what happened to a verification, as server-sent events (WHATWG HTML §9.2). */
import { z } from 'zod'

/** `data` of each event beside `state`, whose data is the session as `GET /openid4vc/session/{id}` shows it. */
export const verificationEvent = z.object({
  sequence: z.int().describe('1, 2, 3 … within the session; `id` of the event, for `Last-Event-ID`'),
  type: z.enum([
    'created',
    'requested',
    'attempted',
    'answered',
    'returned',
    'verified',
    'rejected',
    'undetermined',
    'declined',
    'expired',
  ]),
  at: z.int().describe('Epoch seconds'),
  detail: z.string().optional().describe('Kind of an attempt, code of an error, `not_returned`'),
  servedBy: z
    .string()
    .optional()
    .describe('Name of the instance that wrote the event; absent where an earlier release wrote it'),
})

export type VerificationEvent = z.infer<typeof verificationEvent>

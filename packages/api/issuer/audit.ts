/** `GET /audit`: which management calls came, newest first. Addresses, never a body. */
import { z } from 'zod'
import { listBefore, listLimit } from '../session-list.ts'
import { strict } from '../strict.ts'

export const auditQuery = strict({ before: listBefore, limit: listLimit })

export const auditPage = z
  .object({
    calls: z.array(
      z.object({
        at: z.int().describe('Epoch seconds'),
        caller: z
          .string()
          .optional()
          .describe(
            'Tells management credentials apart and says nothing else of them; absent where none is needed',
          ),
        callerName: z
          .string()
          .optional()
          .describe('What operators call that credential; absent where none is needed'),
        method: z.string(),
        route: z.string().describe('Pattern of the address'),
        path: z.string().describe('The address'),
        status: z
          .int()
          .optional()
          .describe('Of the answer; absent while the call runs, and where an instance died with it'),
        requestId: z.string().describe('As the answer and the log have it'),
        idempotencyKey: z.string().optional(),
      }),
    ),
    next: z.string().optional().describe('For `before` of the next page; absent: there is nothing older'),
  })
  .meta({
    examples: [
      {
        calls: [
          {
            at: 1_800_000_000,
            caller: 'k2VgL0cJq8oXw1aZ',
            callerName: 'registry (csk_5f0c8f5e3b4f0e9d1c0d)',
            method: 'PUT',
            route: '/openid4vc/profiles/:name',
            path: '/openid4vc/profiles/members',
            status: 200,
            requestId: '3f0c8f5e-5f3b-4f0e-9d1c-0d6a8a0d7f11',
          },
        ],
      },
    ],
  })

export type AuditPageView = z.infer<typeof auditPage>

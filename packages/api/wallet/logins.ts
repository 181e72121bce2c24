/** Wherever an account is logged in, for its owner. */
import { z } from 'zod'
import { strict } from '../strict.ts'
import { isoTime } from '../values.ts'

export const LOGINS_MOST = 100

export const loginsQuery = strict({
  startingAfter: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,200}$/)
    .optional()
    .describe('`next` of the page before this one'),
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, `Invalid input: expected a whole number from 1 to ${LOGINS_MOST}`)
    .transform(Number)
    .optional()
    .describe(`How many to list: 1 to ${LOGINS_MOST}, which it is when absent`)
    .meta({ examples: ['20'] }),
})

const login = z.object({
  id: z.string(),
  current: z.boolean().describe('The one that this call came with'),
  by: z
    .enum(['password', 'passkey', 'recovery_code', 'reset_link'])
    .optional()
    .describe('Absent of log-ins from before this was written down'),
  userAgent: z.string().optional().describe('What the program called itself'),
  createdOn: isoTime,
  lastUsedOn: isoTime.optional().describe('To the hour; absent: in its first hour'),
  expiresAt: isoTime,
})

export const loginsAnswer = z
  .object({
    logins: z.array(login).describe('The newest first'),
    next: z.string().optional().describe('For `startingAfter` of the next page; absent: there are no more'),
  })
  .meta({
    examples: [
      {
        logins: [
          {
            id: 'C2cXrZ2O7rC2p1uYb9bQ3M1m8l4yq0J0m0m5tWv0mD4',
            current: true,
            by: 'passkey',
            userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
            createdOn: '2026-11-29T09:30:00Z',
            lastUsedOn: '2026-11-29T11:30:00Z',
            expiresAt: '2026-12-29T09:30:00Z',
          },
        ],
      },
    ],
  })

export type LoginsAnswer = z.infer<typeof loginsAnswer>

export const loginParams = z.object({ login: z.string().min(1).max(100) })

/**
 * Lists of sessions for operators: newest first, a page at a time. What a row may say of any session stands here; it is what
 * the session is about and how far it is, and nothing of anybody. Which states and types there are, the services say.
 */
import { z } from 'zod'
import { strict } from './strict.ts'

export const LIST_DEFAULT = 20
export const LIST_MOST = 100

/** How many entries are looked at for one page: a filter that fits nothing ends there and says so. */
export const LIST_LOOKED_AT = 1_000

/** Where the page before ended. Only who made it reads it. */
export const listBefore = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,400}$/)
  .optional()
  .describe('`next` of the page before this one: what is older is listed')

export const listLimit = z
  .string()
  .regex(/^([1-9]\d?|100)$/, `Invalid input: expected a whole number from 1 to ${LIST_MOST}`)
  .transform(Number)
  .optional()
  .describe(`How many to list: 1 to ${LIST_MOST}; ${LIST_DEFAULT} when absent`)
  .meta({ examples: ['20'] })

/** A query has text alone. */
export function sessionListQuery<const States extends readonly [string, ...string[]]>(states: States) {
  return strict({
    state: z
      .enum(states)
      .optional()
      .describe('Only those that are in this state now')
      .meta({ examples: [states[0]] }),
    before: listBefore,
    limit: listLimit,
  })
}

/** The last thing that happened to a session. */
const lastEvent = z.object({
  sequence: z.int(),
  type: z.string(),
  at: z.int().describe('Epoch seconds'),
  servedBy: z.string().optional().describe('The instance that wrote it'),
})

/** Of every row; services add the state. */
export const listedSession = {
  id: z.string().describe('For `GET /openid4vc/session/{id}`'),
  types: z
    .array(z.string())
    .readonly()
    .describe('What is asked for or offered: names of credential types, ten at most'),
  createdAt: z.int().describe('Epoch seconds'),
  expiresAt: z.int().describe('Epoch seconds'),
  lastEvent: lastEvent.optional(),
  servedBy: z
    .array(z.string())
    .readonly()
    .optional()
    .describe('The instances that wrote its events, in the order of their first; absent where none says so'),
} as const

/** A page; it may have fewer rows than were asked for, and more behind it. */
export function sessionPage<Row extends z.ZodType>(row: Row) {
  return z.object({
    sessions: z.array(row).readonly().describe('Newest first; sessions that are over and gone are not there'),
    next: z.string().optional().describe('For `before` of the next page; absent: there is nothing older'),
    stoppedAt: z
      .int()
      .optional()
      .describe(
        `Epoch seconds: ${LIST_LOOKED_AT} sessions were looked at, and none older than this. \`next\` goes on from there`,
      ),
  })
}

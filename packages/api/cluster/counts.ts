/**
 * `GET /cluster/counts`: what all instances that were heard in the last ten minutes tell of their own steps, added up. No session
 * is read for it: it says what happened and not what is, and who was not heard for longer is not in it.
 */
import { z } from 'zod'

const count = z.int().min(0)

const sessionCounts = z.object({
  kind: z.enum(['verification', 'issuance']),
  entered: z
    .record(z.string(), count)
    .describe('How many sessions came into each state; those that were made, into their first one'),
})

export const clusterCounts = z
  .object({
    at: z.int().describe('Epoch seconds, by the clock of the instance that answers'),
    shared: z.boolean().describe('False: these are the counts of the instance that answers'),
    since: z.int().describe('Epoch seconds: when the first of these instances started'),
    instances: count.describe('How many processes told it, stopped ones of the last ten minutes too'),
    requests: z.object({
      total: count.describe('Answered; health, figures and event streams are not counted'),
      errors: count.describe('Answered with 500 or above'),
      refused: count.describe('Refused for too much to do'),
    }),
    sessions: z.array(sessionCounts).readonly(),
  })
  .meta({
    examples: [
      {
        at: 1_800_000_120,
        shared: true,
        since: 1_799_990_000,
        instances: 3,
        requests: { total: 120_344, errors: 0, refused: 12 },
        sessions: [
          {
            kind: 'verification',
            entered: { created: 1_324, requested: 1_310, verified: 1_204, rejected: 17, expired: 88 },
          },
          { kind: 'issuance', entered: { offered: 401, token_issued: 398, completed: 397 } },
        ],
      },
    ],
  })

export type ClusterCounts = z.infer<typeof clusterCounts>

/**
 * `GET /cluster/instances`: what the instances of a deployment tell of themselves. Figures and names of our own code or of the
 * operator's configuration; nothing of a session, a caller or a person.
 */
import { z } from 'zod'

/** How many quarters of a minute `recentRequests` has: five minutes. */
export const RECENT_QUARTERS = 20

const latencies = z.object({
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
})

const requests = z.object({
  total: z.int().describe('Answered since it started; health, figures and event streams are not counted'),
  perSecond: z.number().describe('Of the last half minute'),
  inFlight: z.int().describe('Being answered when it was told'),
  errors: z.int().describe('Answered with 500 or above since it started'),
  refused: z.int().describe('Refused for too much to do, since it started'),
})

export const toldFigures = z.object({
  requests,
  recentRequests: z
    .array(z.int())
    .max(RECENT_QUARTERS)
    .readonly()
    .describe(
      `Answered in each quarter of a minute, oldest first, the last one not over; ${RECENT_QUARTERS} at most`,
    ),
  latencyMs: latencies.optional().describe('Of the last five minutes; absent where nothing was answered'),
  eventLoopDelayMs: z
    .object({ mean: z.number(), max: z.number() })
    .describe('How late the event loop came to what waited, in the last half minute'),
  memoryBytes: z.int().describe('Resident memory of its process'),
  store: z
    .object({
      kind: z.enum(['memory', 'redis']).describe('`memory`: seen by this process alone'),
      latencyMs: latencies.optional().describe('Of its operations in the last five minutes'),
    })
    .describe('Where it keeps sessions'),
  clockDifferenceSeconds: z
    .int()
    .optional()
    .describe("How far its clock is ahead of the store's, give or take one; absent where there is no other"),
})

export const toldInstance = z.object({
  service: z.string().describe('verifier, issuer, wallet …'),
  instance: z.string().describe('As in `x-instance` and in the log'),
  process: z.string().describe('Random: two processes that go by one name have two of these'),
  version: z.string(),
  startedAt: z.int().describe('Epoch seconds'),
})

export const liveInstance = toldInstance.extend({
  state: z.enum(['up', 'stopping']).describe('`stopping`: it finishes what it has, and takes nothing new'),
  self: z.boolean().describe('The one that answers'),
  toldAt: z.int().describe('Epoch seconds: when it was heard last'),
  ...toldFigures.shape,
})

export const goneInstance = toldInstance.extend({
  how: z.enum(['stopped', 'silent']).describe('`silent`: nothing was heard for twelve seconds'),
  toldAt: z.int().describe('Epoch seconds: when it was heard last'),
})

export const clusterInstances = z
  .object({
    at: z.int().describe('Epoch seconds, by the clock of the instance that answers'),
    shared: z
      .boolean()
      .describe('False: sessions are in the memory of a process, and an instance knows of itself alone'),
    instances: z.array(liveInstance).readonly().describe('By service and name'),
    gone: z
      .array(goneInstance)
      .readonly()
      .describe('Who was there in the last ten minutes, the last one first; without those that came back'),
  })
  .meta({
    examples: [
      {
        at: 1_800_000_120,
        shared: true,
        instances: [
          {
            service: 'verifier',
            instance: 'verifier-2',
            process: 'pJ3xk2Qv',
            version: '0.1.0',
            startedAt: 1_799_990_000,
            state: 'up',
            self: true,
            toldAt: 1_800_000_118,
            requests: { total: 40_210, perSecond: 41.2, inFlight: 3, errors: 0, refused: 0 },
            recentRequests: [590, 612, 618],
            latencyMs: { p50: 6, p95: 17, p99: 29 },
            eventLoopDelayMs: { mean: 0.4, max: 11 },
            memoryBytes: 123_731_968,
            store: { kind: 'redis', latencyMs: { p50: 0.4, p95: 0.8, p99: 1.9 } },
            clockDifferenceSeconds: 0,
          },
        ],
        gone: [
          {
            service: 'verifier',
            instance: 'verifier-1',
            process: 'Yd0r_mT1',
            version: '0.1.0',
            startedAt: 1_799_990_000,
            how: 'silent',
            toldAt: 1_800_000_105,
          },
        ],
      },
    ],
  })

export type ClusterInstances = z.infer<typeof clusterInstances>
export type LiveInstance = z.infer<typeof liveInstance>
export type GoneInstance = z.infer<typeof goneInstance>
export type ToldFigures = z.infer<typeof toldFigures>
export type Latencies = z.infer<typeof latencies>

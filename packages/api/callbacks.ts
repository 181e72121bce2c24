/** Who is told what happens to a session: walt.id's headers, the endpoints about it, and what a receiver gets. */
import { z } from 'zod'
import { strict } from './strict.ts'

const header = z.string().max(2000).optional()

export const callbackHeaders = {
  statuscallbackuri: header
    .describe(
      'An http(s) address that is told of every event of the session by a POST, until it answers with 2xx, for a day at most; `$id` stands for the session id',
    )
    .meta({ examples: ['https://shop.example/told/$id'] }),
  statuscallbackapikey: header.describe('Sent there as `Authorization: Bearer`'),
} as const

/** How far the events of a session were told. */
export const callbackView = z
  .object({
    uri: z.string().describe('Where they are told'),
    toldUpTo: z.int().describe('Number of the last event that the receiver has taken'),
    waiting: z.int().describe('How many events are not told yet'),
    givenUpAt: z
      .int()
      .optional()
      .describe('Epoch seconds at which nobody tried any more; absent where it goes on'),
  })
  .meta({ examples: [{ uri: 'https://shop.example/told/4711', toldUpTo: 3, waiting: 0 }] })

export type CallbackView = z.infer<typeof callbackView>

export const tellAgainBody = strict({
  from: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('Number of the first event to be told again; all of them when absent'),
}).meta({ examples: [{ from: 2 }, {}] })

export type TellAgainBody = z.infer<typeof tellAgainBody>

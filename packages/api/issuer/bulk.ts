/** Offers that are made of a whole input, a row each: what a row says, and what is told of the job that makes them. */
import { z } from 'zod'
import { jsonObject } from '../json.ts'
import { strict } from '../strict.ts'
import { issueHeaders, OFFER_URL_EXAMPLE, profileName } from './offers.ts'

export const bulkRow = strict(
  {
    claims: jsonObject.optional().describe('As claims of an offer by the profile'),
    externalId: z.string().min(1).max(200).optional().describe('What the caller calls this holder'),
    txCodeValue: z
      .string()
      .regex(/^[\x21-\x7e]{4,32}$/, 'must be 4 to 32 visible characters')
      .optional(),
  },
  { credentialData: 'not supported: claims', overrides: 'not supported: the profile says it for all rows' },
)

export const bulkQuery = strict({
  onMistake: z
    .enum(['refuse', 'skip'])
    .default('refuse')
    .describe('refuse: nothing is offered where a row is wrong; skip: the others are'),
})

export const bulkHeaders = issueHeaders.extend({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible characters of ASCII, without spaces')
    .optional()
    .describe(
      'A key of your own for this call: the same input under the same key is one job, as long as the job is kept',
    ),
})

export const bulkParams = z.object({ id: z.string().min(1).max(200).describe('Of the job') })

export const bulkOffersQuery = strict({
  after: z.coerce.number().int().min(0).default(0).describe('Only rows after this one'),
})

/** For the document: what travels is text. */
export const bulkText = {
  jsonl: z.string().meta({
    examples: [
      '{"externalId":"4711","claims":{"given_name":"Ada","family_name":"Example","birthdate":"1990-01-01"}}\n',
    ],
  }),
  ndjson: z.string().meta({
    examples: ['{"claims":{"given_name":"Ada","family_name":"Example","birthdate":"1990-01-01"}}\n'],
  }),
  csv: z.string().meta({
    examples: ['externalId,given_name,family_name,birthdate\n4711,Ada,Example,1990-01-01\n'],
  }),
} as const

export const bulkJob = z
  .object({
    id: z.string().describe('For /openid4vc/bulk/{id}'),
    state: z
      .enum(['offering', 'cancelling', 'completed', 'cancelled'])
      .describe('cancelling: the offers that are being made are made to the end, and no others'),
    profile: profileName,
    rows: z.int().describe('How many were taken'),
    offered: z.int().describe('How many offers are made'),
    failed: z.int().describe('Rows of which no offer could be made; their reasons are among the offers'),
    skipped: z.int().describe('Rows that were wrong and passed over (`onMistake=skip`)'),
    mistakes: z
      .array(z.object({ line: z.int(), message: z.string() }))
      .describe('Of the first hundred of them'),
    createdAt: z.int().describe('Epoch seconds'),
    finishedAt: z.int().optional().describe('Epoch seconds'),
    keptUntil: z
      .int()
      .optional()
      .describe('Epoch seconds; then it is deleted, and what it tells of its offers'),
  })
  .meta({
    examples: [
      {
        id: 'gvMUEPAmY7Vn0nr0iSCU6Q',
        state: 'offering',
        profile: { name: 'members', version: 3 },
        rows: 3000,
        offered: 1200,
        failed: 0,
        skipped: 0,
        mistakes: [],
        createdAt: 1_800_000_000,
      },
    ],
  })

export type BulkJob = z.infer<typeof bulkJob>

/** One line of what is told of the offers. */
export interface BulkOffer {
  readonly row: number
  /** Of the input. */
  readonly line: number
  readonly externalId?: string | undefined
  readonly sessionId?: string | undefined
  readonly url?: string | undefined
  readonly expiresAt?: number | undefined
  readonly txCodeValue?: string | undefined
  /** Why there is no offer. */
  readonly error?: string | undefined
}

export const BULK_OFFERS_EXAMPLE = `{"row":1,"line":1,"externalId":"4711","sessionId":"gvMUEPAmY7Vn0nr0iSCU6Q","url":"${OFFER_URL_EXAMPLE}","expiresAt":1800000300}\n`

export const BULK_OFFERS_CSV_EXAMPLE = `row,line,externalId,sessionId,url,expiresAt,txCodeValue,error\r\n1,2,4711,gvMUEPAmY7Vn0nr0iSCU6Q,${OFFER_URL_EXAMPLE},1800000300,,\r\n`

/**
 * The history of a wallet: what its holder received, shared, declined and deleted, with whom. Paths and the frame of an entry are
 * walt.id's (`eventlog`); what lies in `data` is ours.
 */
import { z } from 'zod'
import { strict } from '../strict.ts'
import { isoTime } from '../values.ts'
import { walletId } from './accounts.ts'
import { unissued } from './deferred.ts'
import { claimPath } from './shown.ts'

export const EVENTS_MOST = 100
export const EVENTS_DEFAULT = 20

export const eventActions = ['Receive', 'Present', 'Reject', 'Delete', 'Restore'] as const

const filter = z.string().regex(/^(action=(Receive|Present|Reject|Delete|Restore)|event=Credential)$/, {
  error: `expected action= one of ${eventActions.join(', ')}, or event=Credential`,
})

export const eventsQuery = strict({
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, `Invalid input: expected a whole number from 1 to ${EVENTS_MOST}`)
    .transform(Number)
    .optional()
    .describe(`How many entries: 1 to ${EVENTS_MOST}; ${EVENTS_DEFAULT} when absent`)
    .meta({ examples: ['20'] }),
  filter: z
    .union([filter.transform((one) => [one]), z.array(filter).max(10)])
    .optional()
    .describe('`action=Present`; several are alternatives')
    .meta({ examples: ['action=Present'] }),
  credential: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('Its id: entries about this credential alone')
    .meta({ examples: ['urn:uuid:3f2a9d1e-0c8b-4d2f-9a57-2f7c1e6b8d90'] }),
  startingAfter: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,200}$/)
    .optional()
    .describe('`nextStartingAfter` of the page before this one'),
  sortBy: z.literal('timestamp', { error: 'only timestamp' }).optional(),
  sortOrder: z
    .string()
    .regex(/^(asc|desc)$/i, 'Invalid input: expected ASC or DESC')
    .transform((order): 'asc' | 'desc' => (order.toLowerCase() === 'desc' ? 'desc' : 'asc'))
    .default('asc')
    .describe('`desc`: the newest first'),
})

const claim = z.object({
  path: claimPath,
  label: z.string(),
  value: z.string().optional().describe('Where values are told: of an entry by itself, and in an export'),
})

const credential = z.object({
  id: z.string().optional().describe('Absent where it was never received'),
  format: z.string(),
  type: z.string(),
  title: z.string(),
  issuer: z.string().optional(),
  claims: z.array(claim).describe('What was shared; of a reception, what it has'),
  moreClaims: z.int().describe('Claims beyond those'),
})

const party = z.object({
  id: z.string().describe("A verifier's client identifier, an issuer's address"),
  host: z.string(),
  name: z.string().optional().describe('Their own word'),
  trust: z
    .object({ trusted: z.boolean(), name: z.string().optional() })
    .optional()
    .describe('Whether somebody vouched for them at that time; absent: nobody was asked'),
  contact: z.string().optional().describe('An e-mail address, to ask for deletion for example'),
})

const data = z.object({
  outcome: z
    .enum(['unanswered', 'taken', 'refused'])
    .optional()
    .describe('What the other side said; `unanswered`: it may have arrived'),
  party: party.optional(),
  purpose: z.string().optional().describe('In their own words'),
  declined: z.enum(['offer', 'request']).optional(),
  permanent: z.boolean().optional().describe('Of a deletion'),
  unissued: unissued.optional(),
  credentials: z.array(credential),
})

const item = z.object({
  id: z.string(),
  event: z.literal('Credential'),
  action: z.enum(eventActions),
  timestamp: isoTime,
  tenant: z.literal(''),
  originator: z.literal('wallet'),
  account: z.string(),
  wallet: z.string(),
  credentialId: z.string().optional().describe('Of the first credential in `data`'),
  data,
  note: z.string().optional().describe("The holder's own words"),
})

export type HistoryItem = z.infer<typeof item>

const exampleItem: HistoryItem = {
  id: '3f2a9d1e-0c8b-4d2f-9a57-2f7c1e6b8d90',
  event: 'Credential',
  action: 'Present',
  timestamp: '2026-11-29T09:30:00Z',
  tenant: '',
  originator: 'wallet',
  account: '0b0f1c9e-6f5c-4c86-9d7f-0f9a2f6f1f0e',
  wallet: '6f0b7a4e-9a0c-4b58-8f0c-1f0d7f3b2a11',
  credentialId: 'urn:uuid:3f2a9d1e-0c8b-4d2f-9a57-2f7c1e6b8d90',
  data: {
    outcome: 'taken',
    party: {
      id: 'x509_hash:U5hrLH_qrYt1QmNJpNH5XpIHjnTBVGqQmhVXUx9cM1k',
      host: 'shop.example',
      name: 'Example Shop',
      trust: { trusted: true, name: 'Example Shop' },
    },
    purpose: 'To check that you may buy this product',
    credentials: [
      {
        id: 'urn:uuid:3f2a9d1e-0c8b-4d2f-9a57-2f7c1e6b8d90',
        format: 'dc+sd-jwt',
        type: 'urn:eudi:pid:1',
        title: 'Person Identification Data',
        claims: [{ path: ['given_name'], label: 'Given name' }],
        moreClaims: 0,
      },
    ],
  },
}

export const eventsAnswer = z
  .object({
    items: z.array(item),
    count: z.int().describe('Of this page'),
    currentStartingAfter: z.string().nullable(),
    nextStartingAfter: z.string().nullable().describe('For the next page; null: there are no more'),
  })
  .meta({
    examples: [{ items: [exampleItem], count: 1, currentStartingAfter: null, nextStartingAfter: null }],
  })

export type EventsAnswer = z.infer<typeof eventsAnswer>

export const eventAnswer = item.meta({ examples: [exampleItem] })

export const eventsExport = z
  .array(item)
  .meta({ examples: [[exampleItem]] })
  .describe('Every entry with its values, the oldest first')

export const eventParams = z.object({ wallet: walletId, event: z.string().min(1).max(100) })

/**
 * A presentation request that somebody looks at and then answers or declines, under one id (OpenID4VP 1.0 §5, §6). What was
 * resolved is kept, so what is sent is what was shown; `result.shared` is read out of the presentation that was sent.
 */
import { z } from 'zod'
import { strict } from '../strict.ts'
import { isoTime } from '../values.ts'
import {
  claimPath,
  issuerName,
  shownClaim,
  shownImage,
  shownLook,
  shownTransaction,
  shownTrust,
} from './shown.ts'

const exampleRequestUrl =
  'openid4vp://authorize?client_id=x509_hash%3AU5hrLH_qrYt1QmNJpNH5XpIHjnTBVGqQmhVXUx9cM1k&request_uri=http%3A%2F%2Flocalhost%3A7003%2Fopenid4vc%2Frequest%2FbXkKIzr1Q0Wk0cJx3m9y7g'

export const openRequestRequest = strict({
  request: z.string().min(1).max(100_000).describe('The URL of a presentation request'),
}).meta({ examples: [{ request: exampleRequestUrl }] })

export type OpenRequestRequest = z.input<typeof openRequestRequest>

const selection = strict({
  queryId: z.string().min(1).max(256),
  credentialId: z.string().min(1).max(100).describe('One of the candidates of that query'),
  optionalClaims: z
    .array(claimPath)
    .max(500)
    .default([])
    .describe('Paths of `optional` to share beside what is needed'),
  alternative: z
    .int()
    .min(0)
    .max(100)
    .optional()
    .describe("One of the candidate's `alternatives` in the place of what it needs otherwise"),
})

export const useExchangedRequest = strict({
  selections: z.array(selection).min(1).max(50),
  authorize: z
    .boolean()
    .optional()
    .describe(
      'What `transactions` shows is authorised; needed where there are any, so that nobody authorises what he was not shown',
    ),
}).meta({
  examples: [
    {
      selections: [
        {
          queryId: 'pid',
          credentialId: 'urn:uuid:3f2a9d1e-0c8b-4d2f-9a57-2f7c1e6b8d90',
          optionalClaims: [['email']],
        },
      ],
    },
  ],
})

export type UseExchangedRequest = z.input<typeof useExchangedRequest>

export const rejectExchangedRequest = strict({
  answer: z
    .boolean()
    .default(true)
    .describe('Tell the verifier no (access_denied); otherwise nothing is sent at all'),
}).meta({ examples: [{ answer: true }] })

export type RejectExchangedRequest = z.input<typeof rejectExchangedRequest>

const receiver = z.object({
  clientId: z.string(),
  host: z.string().optional().describe('Where the answer goes'),
  name: z.string().optional().describe("The verifier's own word; what is confirmed of it is in `trust.name`"),
  logo: shownImage.optional(),
  trust: shownTrust,
})

const leavingClaim = shownClaim.extend({
  caution: z
    .enum(['identifier', 'portrait', 'age_would_do', 'sensitive'])
    .optional()
    .describe(
      'Most who ask can do without it: a number that is one person’s, a picture, a birth date where the card can say an age, what can do harm in wrong hands',
    ),
})

const neededClaim = leavingClaim.extend({
  needed: z
    .enum(['asked', 'with_credential'])
    .describe(
      '`asked`: the request wants it. `with_credential`: it cannot be withheld from who sees this credential',
    ),
})

const optionalClaim = leavingClaim.extend({
  along: z
    .array(leavingClaim)
    .describe('Not asked for, and not to be withheld from who sees this claim; mostly empty'),
})

const way = z.object({
  claims: z.array(neededClaim).describe('Shared whenever the credential is'),
  optional: z.array(optionalClaim).describe('Asked for, and the holder may leave them out'),
  notShared: z.object({
    labels: z.array(z.string()).describe('The first few'),
    more: z.int().describe('How many there are beside those'),
  }),
  technical: z
    .array(z.string())
    .describe('Members that go along as well and say nothing of the holder: issuer, type, key, status …'),
})

const candidate = way.extend({
  credentialId: z.string(),
  type: z.string().describe('`vct`, docType, or the last of the types'),
  title: z.string(),
  issuerName,
  look: shownLook,
  alternatives: z
    .array(way.extend({ alternative: z.int() }))
    .describe('Other claims that would do, with everything that goes with them; mostly empty'),
  expiresAt: z.int().optional().describe('Epoch seconds'),
  reused: z
    .literal(true)
    .optional()
    .describe('Each of its copies has been in an answer, so that whoever saw one can recognise the card'),
})

const unmetReason = z.enum([
  'format',
  'type',
  'holder_binding',
  'issuer',
  'claim_missing',
  'value_differs',
  'expired',
])

const unmet = z.object({
  reason: unmetReason.or(z.literal('none_held')).describe('How far the nearest credential came'),
  wanted: z.object({
    types: z.array(z.string()).describe('Types that the query names'),
    title: z.string().describe('The first of them as words'),
    claims: z.array(z.object({ path: claimPath, label: z.string() })),
  }),
  near: z
    .array(
      z.object({
        credentialId: z.string(),
        title: z.string(),
        issuerName,
        reason: unmetReason,
        claim: z
          .object({ path: claimPath, label: z.string() })
          .optional()
          .describe('The claim that is missing or says something else'),
      }),
    )
    .describe('Credentials of the wanted type, or expired, that do not fit; a few'),
})

const requestedQuery = z.object({
  queryId: z.string(),
  required: z.boolean().describe('Nothing can be shared without an answer to this one'),
  multiple: z.boolean(),
  candidates: z.array(candidate),
  unmet: unmet.optional().describe('Present where there is no candidate'),
})

const sharedCredential = z.object({
  queryId: z.string(),
  title: z.string(),
  issuerName,
  claims: z.array(shownClaim),
})

const sharedBefore = z.discriminatedUnion('shared', [
  z.object({ shared: z.literal(false) }),
  z.object({
    shared: z.literal(true),
    at: isoTime.describe('The last time'),
    details: z.int().describe('How many'),
    same: z.boolean().describe('They are those that are shared now unless the holder chooses otherwise'),
    otherIdentifier: z
      .boolean()
      .describe('They called themselves by another identifier, which a new certificate brings along'),
  }),
])

const requestResult = z.object({
  at: isoTime,
  dataSent: z.boolean().describe('Whether anything of the holder left this wallet'),
  shared: z.array(sharedCredential).describe('Read out of the presentation that was sent'),
  redirectUri: z.string().optional().describe("Where the holder's browser goes on"),
  refusal: z
    .object({
      host: z.string(),
      status: z.int(),
      error: z.string().optional(),
      description: z.string().optional(),
    })
    .optional()
    .describe('How the verifier said no; error and description are its words'),
})

export const requestPreview = z
  .object({
    id: z.string(),
    state: z
      .enum(['open', 'unfinished', 'shared', 'declined', 'refused'])
      .describe(
        '`unfinished`: an answer may have left and nothing is known of it; make the same call again. `refused`: the verifier said no',
      ),
    expiresAt: isoTime.describe('When this id is forgotten, or the request ends, whichever is first'),
    expired: z.boolean().describe('The request can no longer be answered; nothing was shared if it is open'),
    verifier: receiver,
    purpose: z
      .object({
        text: z.string(),
        source: z
          .enum(['verifier_info'])
          .describe("Where it stands. It is the verifier's word, also where a register signed it"),
      })
      .optional(),
    transactions: z
      .array(shownTransaction)
      .optional()
      .describe('What is authorised beside what is shared; absent: nothing'),
    alternatives: z
      .array(
        z.object({
          required: z.boolean(),
          options: z.array(z.object({ queryIds: z.array(z.string()), satisfiable: z.boolean() })),
        }),
      )
      .describe('Each is answered by one of its options, the first that can be unless others are selected'),
    queries: z.array(requestedQuery),
    satisfiable: z.boolean().describe('Everything that is required can be shared'),
    before: sharedBefore
      .optional()
      .describe(
        'Whether anything was shared with the same host before; absent where nobody knows, and once it is decided',
      ),
    result: requestResult.optional().describe('Present once it was answered or declined'),
  })
  .meta({
    examples: [
      {
        id: '7c2b0d64-3a51-4a55-8d0a-1f9b3b3c4d20',
        state: 'open',
        expiresAt: '2026-11-29T10:30:00Z',
        expired: false,
        verifier: {
          clientId: 'x509_hash:U5hrLH_qrYt1QmNJpNH5XpIHjnTBVGqQmhVXUx9cM1k',
          host: 'localhost:7003',
          trust: { trusted: true, name: 'CN=verifier', anchor: 'CN=Countersign development CA' },
        },
        alternatives: [{ required: true, options: [{ queryIds: ['pid'], satisfiable: true }] }],
        queries: [
          {
            queryId: 'pid',
            required: true,
            multiple: false,
            candidates: [
              {
                credentialId: 'urn:uuid:3f2a9d1e-0c8b-4d2f-9a57-2f7c1e6b8d90',
                type: 'urn:eudi:pid:1',
                title: 'Person Identification Data',
                issuerName: 'localhost:7002',
                look: { backgroundColor: '#12107c', textColor: '#ffffff', print: true },
                claims: [{ path: ['family_name'], label: 'Family name', value: 'Example', needed: 'asked' }],
                optional: [{ path: ['email'], label: 'E-mail', value: 'ada@example.org', along: [] }],
                alternatives: [],
                notShared: { labels: ['Given name'], more: 4 },
                technical: ['vct', 'cnf', 'status'],
              },
            ],
          },
        ],
        satisfiable: true,
        before: { shared: false },
      },
    ],
  })

export type RequestPreview = z.infer<typeof requestPreview>

/**
 * `GET /trust`: who a service is by its keys, and whom it believes by its sources of trust, with until when and why not. What an
 * operator configured and what stands in public certificates; nothing of a session or a holder.
 */
import { z } from 'zod'

/** Of one source, so that a list of thousands is a page and not a download. */
export const BELIEVED_MOST = 200

const moment = z.int().describe('Epoch seconds')

const certificate = z.object({
  subject: z.string().describe('Text of whoever made the certificate'),
  issuer: z.string().describe('Likewise'),
  notBefore: moment,
  notAfter: moment,
})

const ownKey = z.object({
  purpose: z.string().describe('`credential-issuer`, `document-signer`, `status-list`, `verifier-request` …'),
  keyId: z.string(),
  algorithm: z.string(),
  certificates: z
    .array(certificate)
    .readonly()
    .describe('Its chain, the own one first and without the authority at the end; empty where it has none'),
})

const REASONS = [
  'certificate_expired',
  'certificate_not_yet_valid',
  'anchor_list_outdated',
  'anchor_not_trusted_then',
  'extension_unknown',
  'issuer_not_ca',
  'issuer_key_usage_wrong',
] as const

const believed = certificate.omit({ issuer: true }).extend({
  name: z.string().describe('As results of verifications call it'),
  as: z
    .enum(['authority', 'signer'])
    .describe('`authority`: whoever has a certificate below it is believed; `signer`: it alone'),
  why: z.enum(REASONS).optional().describe('Why nobody is believed by it now; absent: it counts'),
  types: z.array(z.string()).readonly().optional().describe('Credential types; absent: all'),
  formats: z.array(z.string()).readonly().optional().describe('Absent: all'),
  purposes: z.array(z.string()).readonly().optional().describe('Absent: credentials and status lists'),
})

const trustSource = z.object({
  kind: z
    .enum([
      'development',
      'anchorsFile',
      'pinsFile',
      'vicalFile',
      'vicalUrl',
      'listFile',
      'listUrl',
      'issuer',
    ])
    .describe('As in `trustedIssuers`; `development`: what the deployment made for itself'),
  place: z.string().describe('File, address, DID or URL'),
  name: z.string().optional().describe('As it is configured'),
  types: z.array(z.string()).readonly().optional().describe('Of an `issuer`; absent: all'),
  believed: z.array(believed).max(BELIEVED_MOST).readonly(),
  more: z.int().optional().describe('How many there are beside those that are shown'),
  unusable: z
    .array(z.object({ reason: z.string(), count: z.int() }))
    .readonly()
    .describe('Entries that are not read or cannot be used'),
  inForce: z.boolean().describe('False: nobody is believed by it now'),
  problem: z
    .object({ code: z.string(), sentence: z.string() })
    .optional()
    .describe('Why the last look at it failed; absent: it went well'),
  signedBy: z.string().optional(),
  issue: z.int().optional().describe('Number of the list'),
  issuedAt: moment.optional(),
  nextUpdate: moment.optional().describe('Epoch seconds: the list counts no longer after it'),
  readAt: moment.optional().describe('Epoch seconds: when these contents were read first'),
  lookedAt: moment.optional().describe('Epoch seconds: when it was looked at last'),
})

export const trustFacts = z
  .object({
    at: z.int().describe('Epoch seconds, by the clock of the instance that answers'),
    url: z.string().describe('Public address of this service'),
    keys: z.array(ownKey).readonly().describe('Those that it signs with; a caller may bring others'),
    believes: z
      .array(trustSource)
      .readonly()
      .optional()
      .describe('In the order of the configuration; absent for a service that believes nobody'),
  })
  .meta({
    examples: [
      {
        at: 1_800_000_120,
        url: 'https://verifier.example',
        keys: [
          {
            purpose: 'verifier-request',
            keyId: 'mIOIv6Gf0jTcV0ytxgS0e7r1wW5H0lZ7pQmV3sB2xYc',
            algorithm: 'ES256',
            certificates: [
              {
                subject: 'CN=verifier.example, O=Example Shop',
                issuer: 'CN=Example Access CA',
                notBefore: 1_790_000_000,
                notAfter: 1_821_536_000,
              },
            ],
          },
        ],
        believes: [
          {
            kind: 'listUrl',
            place: 'https://lists.example/pid-providers',
            believed: [
              {
                name: 'Example Authority',
                as: 'authority',
                subject: 'CN=Example Authority Root, C=UT',
                notBefore: 1_700_000_000,
                notAfter: 2_015_360_000,
                formats: ['mso_mdoc'],
                purposes: ['issuer'],
              },
            ],
            unusable: [{ reason: 'certificate_key_unsupported', count: 1 }],
            inForce: true,
            signedBy: 'CN=List Operator',
            issue: 41,
            issuedAt: 1_799_950_000,
            nextUpdate: 1_800_036_400,
            readAt: 1_799_950_300,
            lookedAt: 1_799_999_900,
          },
          {
            kind: 'anchorsFile',
            place: '/etc/countersign/ministry.pem',
            name: 'Ministry',
            believed: [
              {
                name: 'Ministry',
                as: 'authority',
                why: 'certificate_expired',
                subject: 'CN=Ministry Root',
                notBefore: 1_600_000_000,
                notAfter: 1_799_000_000,
              },
            ],
            unusable: [],
            inForce: true,
            readAt: 1_799_990_000,
            lookedAt: 1_799_999_900,
          },
        ],
      },
    ],
  })

export type TrustFacts = z.infer<typeof trustFacts>
export type OwnKeyFacts = TrustFacts['keys'][number]
export type TrustSourceFacts = NonNullable<TrustFacts['believes']>[number]
export type BelievedFacts = TrustSourceFacts['believed'][number]

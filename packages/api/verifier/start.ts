/** `POST /openid4vc/verify`: how a relying party starts a verification. walt.id's members, and `dcql_query` beside them. */
import { z } from 'zod'
import { callbackHeaders } from '../callbacks.ts'
import { jsonObject } from '../json.ts'
import { oneOf, strict } from '../strict.ts'

const requestedPolicy = oneOf([
  z.string().min(1).max(100),
  strict({ policy: z.string().min(1).max(100), args: z.unknown().optional() }),
]).describe('Name of a policy, or an object with the name and its arguments')

const requestedPolicies = z.array(requestedPolicy).max(50)

const comparable = z.union([z.string().max(1000), z.number(), z.boolean()])
const text = z.string().max(2000).optional()

/** A JSON Schema as far as it can be said in DCQL: what a claim, or the type, has to be. */
const fieldFilter = strict({
  type: z.string().max(20).optional(),
  const: comparable.optional(),
  enum: z.array(comparable).min(1).max(100).optional(),
  pattern: z.string().max(500).optional().describe('A plain text, with or without ^ and $'),
  contains: strict({
    type: z.string().max(20).optional(),
    const: comparable.optional(),
    pattern: z.string().max(500).optional(),
  }).optional(),
})

const descriptorField = strict(
  {
    path: z.array(z.string().max(300)).min(1).max(10),
    filter: fieldFilter.optional(),
    intent_to_retain: z.boolean().optional(),
    optional: z.literal(false, { error: 'every field is required' }).optional(),
    id: text,
    name: text,
    purpose: text,
  },
  { predicate: 'not supported: DCQL asks for claims and for values of claims' },
)

const holdersRelation = 'not supported: every presentation is bound to its holder'

/** DIF Presentation Exchange 2.0 §5.1: names and purposes are for people, and no wallet is shown them. */
const inputDescriptor = strict(
  {
    id: z.string().max(100).optional(),
    name: text,
    purpose: text,
    format: z
      .record(z.string().max(60), jsonObject)
      .optional()
      .describe('The one format that is asked for; the verifier itself says which algorithms it takes'),
    constraints: strict(
      {
        fields: z.array(descriptorField).max(100).optional(),
        limit_disclosure: z.enum(['required', 'preferred']).optional().describe('Always'),
      },
      {
        is_holder: holdersRelation,
        same_subject: holdersRelation,
        subject_is_issuer: holdersRelation,
        statuses: 'not supported: the status of a credential that names one is always looked at',
      },
    ).optional(),
  },
  { group: 'not supported: dcql_query has credential_sets' },
)

const requestedCredential = oneOf([
  z.string().min(1).max(500).describe('Type of a W3C credential'),
  strict({
    format: z.string().max(60).optional().describe('Absent: the format that the name of the type belongs to'),
    vct: z.string().max(500).optional().describe('Type of an SD-JWT VC'),
    type: z.string().max(500).optional().describe('Type of a W3C credential'),
    credential: z.string().max(500).optional().describe('The same, as older scripts say it'),
    doc_type: z.string().max(500).optional().describe('Document type of an mdoc'),
    id: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,60}$/, 'an id consists of 1 to 60 of A-Z a-z 0-9 _ -')
      .optional()
      .describe('Id of the credential query'),
    claims: z.array(jsonObject).max(200).optional().describe('Claims as DCQL asks for them'),
    input_descriptor: inputDescriptor.optional().describe('A DIF input descriptor with plain paths'),
    policies: requestedPolicies.optional().describe('Policies for this credential alone'),
  }).refine(({ credential, type }) => credential === undefined || type === undefined, {
    message: 'is the older name of type: give one of them',
    path: ['credential'],
  }),
])

export const requestPurpose = z
  .string()
  .max(300)
  .regex(/\S/, 'says nothing')
  .describe('Why you ask: wallets show it to their owners, as your words')

export const startVerificationBody = strict(
  {
    dcql_query: jsonObject
      .optional()
      .describe(
        'A DCQL query (OpenID4VP 1.0 §6), taken as it is; members that DCQL does not have are refused',
      ),
    request_credentials: z
      .array(requestedCredential)
      .min(1)
      .max(50)
      .optional()
      .describe(
        'In place of `dcql_query`: format and type (vct, type, doc_type) of each credential, translated into DCQL; a text alone is the type of a W3C credential',
      ),
    purpose: requestPurpose.optional(),
    transaction_data: z
      .array(jsonObject)
      .min(1)
      .max(10)
      .optional()
      .describe(
        'What the holder is to authorise (OpenID4VP 1.0 §8.4): each with `type`, one of `GET /openid4vc/transaction-data-profiles`, `credential_ids`, ids of credential queries of which one authorises it, and the members of its type',
      ),
    vp_policies: requestedPolicies.optional(),
    vc_policies: requestedPolicies.optional(),
    sameDevice: z
      .enum(['required', 'allowed'])
      .optional()
      .describe(
        '`required`: no result before the browser that began comes back with its response code (OpenID4VP 1.0 §13.3); needs successRedirectUri. `allowed` when absent: the result is there as soon as it is known, and `returned` says whether the browser came back',
      ),
    keepPresentations: z
      .boolean()
      .optional()
      .describe(
        'Whether the presentation itself is kept as long as the result, for `presented-credentials`; when absent, what was disclosed is kept and nothing else',
      ),
    expected_origins: z
      .array(z.string().max(300))
      .min(1)
      .max(10)
      .optional()
      .describe(
        'For responseMode `dc_api` and `dc_api.jwt`, and needed there: the origins of the page that asks, as browsers write them (OpenID4VP 1.0 appendix A.2)',
      ),
    exchange_protocols: z
      .array(z.string().max(60))
      .min(1)
      .max(10)
      .optional()
      .describe(
        'For the same: in which protocols the request is offered, `openid4vp-v1-signed`, `openid4vp-v1-unsigned`, `openid4vp-v1-multisigned` (appendix A.1), `org-iso-mdoc` (ISO/IEC TS 18013-7 annex C); when absent in all but the third, as far as they are possible',
      ),
    openid_profile: z.literal('DEFAULT', { error: 'can only be DEFAULT' }).optional(),
  },
  {
    trusted_root_cas: 'not supported: whom this verifier believes is its configuration, trustedIssuers',
    presentation_definition:
      'not supported: give its descriptors as input_descriptor of request_credentials, or a dcql_query',
  },
).meta({
  examples: [
    {
      dcql_query: {
        credentials: [
          {
            id: 'identity',
            format: 'dc+sd-jwt',
            meta: { vct_values: ['urn:countersign:identity-credential:1'] },
            claims: [{ path: ['given_name'] }, { path: ['family_name'] }],
          },
        ],
      },
      purpose: 'To put your name on the ticket',
      sameDevice: 'allowed',
    },
    {
      dcql_query: {
        credentials: [
          {
            id: 'identity',
            format: 'dc+sd-jwt',
            meta: { vct_values: ['urn:countersign:identity-credential:1'] },
            claims: [{ path: ['family_name'] }],
          },
        ],
      },
      transaction_data: [
        {
          type: 'payment_data',
          credential_ids: ['identity'],
          payment_data: { payee: 'Example Shop', currency_amount: { currency: 'EUR', value: '23.58' } },
        },
      ],
    },
    {
      request_credentials: [{ format: 'dc+sd-jwt', vct: 'urn:countersign:identity-credential:1' }],
      vp_policies: ['signature_sd-jwt-vc', 'presentation-definition'],
      vc_policies: ['not-before', 'expired'],
    },
    { request_credentials: [{ format: 'jwt_vc_json', type: 'UniversityDegree' }] },
    {
      vp_policies: [
        { policy: 'minimum-credentials', args: 1 },
        { policy: 'maximum-credentials', args: 10 },
      ],
      vc_policies: ['signature', 'expired', 'not-before', 'revoked-status-list'],
      request_credentials: [
        {
          format: 'jwt_vc_json',
          type: 'UniversityDegree',
          policies: ['signature', { policy: 'allowed-issuer', args: ['did:web:issuer.example'] }],
        },
      ],
    },
    {
      request_credentials: [
        {
          input_descriptor: {
            id: 'identity',
            constraints: {
              fields: [
                {
                  path: ['$.vct'],
                  filter: { type: 'string', pattern: 'urn:countersign:identity-credential:1' },
                },
                { path: ['$.given_name'] },
                { path: ['$.address.locality'] },
              ],
            },
          },
        },
      ],
    },
    { request_credentials: [{ format: 'mso_mdoc', doc_type: 'org.iso.18013.5.1.mDL' }] },
    {
      dcql_query: {
        credentials: [
          {
            id: 'licence',
            format: 'mso_mdoc',
            meta: { doctype_value: 'org.iso.18013.5.1.mDL' },
            claims: [{ path: ['org.iso.18013.5.1', 'age_over_18'] }],
          },
          {
            id: 'pid',
            format: 'dc+sd-jwt',
            meta: { vct_values: ['urn:eudi:pid:1'] },
            claims: [{ path: ['age_equal_or_over', '18'] }],
          },
        ],
        credential_sets: [{ options: [['licence'], ['pid']] }],
      },
    },
  ],
})

export type StartVerificationBody = z.infer<typeof startVerificationBody>

const header = z.string().max(2000).optional()

/** Header names have no case; walt.id writes `authorizeBaseUrl`. */
export const startVerificationHeaders = z.object({
  authorizebaseurl: header
    .describe("The wallet's authorization endpoint; `openid4vp://authorize` when absent")
    .meta({ examples: ['openid4vp://authorize'] }),
  responsemode: header
    .describe(
      'How the wallet answers: `direct_post`, or `direct_post.jwt`, encrypted; through the browser of the page that asks (Digital Credentials API) `dc_api`, or `dc_api.jwt`, encrypted; as the verifier is configured when absent',
    )
    .meta({ examples: ['direct_post'] }),
  clientidprefix: header
    .describe(
      'Who the verifier is to the wallet: `x509_hash`, `x509_san_dns`, `decentralized_identifier`, `verifier_attestation`, `pre-registered` or `redirect_uri` (the request is not signed, and stands in the URL), of those that it can prove; as the verifier is configured when absent',
    )
    .meta({ examples: ['x509_hash'] }),
  requestpassing: header
    .describe(
      'Whether the wallet fetches the request, `by_reference`, or has it in the URL, `by_value`; the former when absent (RFC 9101 §5)',
    )
    .meta({ examples: ['by_reference'] }),
  successredirecturi: header
    .describe('Where the wallet sends its user after success; `$id` stands for the session id')
    .meta({ examples: ['https://shop.example/done/$id'] }),
  errorredirecturi: header
    .describe('Where the wallet sends its user when the presentation was not accepted')
    .meta({ examples: ['https://shop.example/failed/$id'] }),
  stateid: header.describe(
    'Session id of your own choice, once: 8 to 128 characters of A-Z a-z 0-9 _ -, e.g. order-4711-zP3kQ9',
  ),
  sessionttl: header.describe('Seconds that the wallet has to answer').meta({ examples: ['300'] }),
  openid4vpprofile: header.describe('Only `DEFAULT`').meta({ examples: ['DEFAULT'] }),
  ...callbackHeaders,
})

export type StartVerificationHeaders = z.infer<typeof startVerificationHeaders>

/** To whoever accepts `application/json`; others get the URL as text. */
export const startedVerification = z.object({
  id: z.string().describe('Id of the session'),
  url: z.string().describe('Opens a wallet: as a link, or as a QR code'),
  expiresAt: z.int().describe('Until when a wallet may answer, in epoch seconds'),
})

export type StartedVerification = z.infer<typeof startedVerification>

/** Each protocol has data of its own (OpenID4VP 1.0 appendix A.3, ISO/IEC TS 18013-7 annex C). */
export const digitalRequests = z
  .object({ requests: z.array(z.object({ protocol: z.string(), data: jsonObject })).readonly() })
  .describe('For `navigator.credentials.get({ digital })`, as it is')

export type DigitalRequests = z.infer<typeof digitalRequests>

/** With responseMode `dc_api` or `dc_api.jwt`, whatever is accepted. */
export const startedThroughBrowser = startedVerification
  .omit({ url: true })
  .extend({ digital: digitalRequests })

export type StartedThroughBrowser = z.infer<typeof startedThroughBrowser>

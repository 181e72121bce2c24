/** The body and headers of `POST /openid4vc/verify`: walt.id's, and `dcql_query` beside them. */
import type { JsonObject, JsonValue } from '@countersign/core/json'
import { ok, type Result } from '@countersign/core/result'
import { SESSION_ID, SESSION_ID_RULE } from '@countersign/core/session-id'
import type { RequestedPolicy } from '@countersign/protocol/openid4vp/session'
import { z } from 'zod'
import { type TranslationMistake, translateRequestCredentials } from '../request/requested-credentials.ts'
import type { StartVerification } from '../request/start-verification.ts'

const policy = z.union([
  z.string().min(1).max(100),
  z.object({ policy: z.string().min(1).max(100), args: z.unknown().optional() }),
])
const policies = z.array(policy).max(50)

const jsonObject = z.record(z.string(), z.json())

const inputDescriptor = z.object({
  id: z.string().max(100).optional(),
  constraints: z
    .object({
      fields: z
        .array(
          z.object({
            path: z.array(z.string().max(300)).min(1).max(10),
            filter: z
              .object({ const: z.unknown().optional(), pattern: z.string().max(500).optional() })
              .optional(),
          }),
        )
        .max(100)
        .optional(),
    })
    .optional(),
})

const requestedCredential = z.object({
  format: z.string().max(60).optional(),
  vct: z.string().max(500).optional(),
  type: z.string().max(500).optional(),
  doc_type: z.string().max(500).optional(),
  id: z.string().max(100).optional(),
  claims: z.array(jsonObject).max(200).optional(),
  input_descriptor: inputDescriptor.optional(),
  policies: policies.optional(),
})

export const startBody = z
  .object({
    dcql_query: jsonObject.optional().describe('A DCQL query (OpenID4VP 1.0 §6), taken as it is'),
    request_credentials: z
      .array(requestedCredential)
      .min(1)
      .max(50)
      .optional()
      .describe(
        'The short form: format and type (vct, type, doc_type) of each credential, translated into DCQL',
      ),
    vp_policies: policies.optional(),
    vc_policies: policies.optional(),
  })
  .refine((body) => (body.dcql_query === undefined) !== (body.request_credentials === undefined), {
    message: 'exactly one of dcql_query and request_credentials is required',
  })
  .meta({
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
      },
      {
        request_credentials: [{ format: 'dc+sd-jwt', vct: 'urn:countersign:identity-credential:1' }],
        vp_policies: ['signature_sd-jwt-vc', 'presentation-definition'],
        vc_policies: ['not-before', 'expired'],
      },
      { request_credentials: [{ format: 'jwt_vc_json', type: 'UniversityDegree' }] },
      { request_credentials: [{ format: 'mso_mdoc', doc_type: 'org.iso.18013.5.1.mDL' }] },
    ],
  })

const link = z.string().max(2000)
/** Browsers follow these; a link that runs as a script where it is followed is none. */
const webLink = link.regex(
  /^(?!javascript:|data:|vbscript:|blob:)[a-z][a-z0-9+.-]*:\/\/\S+$/i,
  'must be a URL, and no script',
)

export const startHeaders = z.object({
  authorizebaseurl: webLink.default('openid4vp://authorize').describe("The wallet's authorization endpoint"),
  responsemode: z
    .literal('direct_post', { error: 'only direct_post is supported' })
    .default('direct_post')
    .describe('How the wallet answers'),
  successredirecturi: webLink
    .optional()
    .describe('Where the wallet goes after success; $id is the session id'),
  errorredirecturi: webLink.optional(),
  stateid: z
    .string()
    .regex(SESSION_ID, `must be ${SESSION_ID_RULE}`)
    .optional()
    .describe('Session id of your own choice'),
  sessionttl: z.coerce.number().int().min(10).max(86_400).optional().describe('Seconds to answer'),
  openid4vpprofile: z.enum(['DEFAULT'], { error: 'only DEFAULT is supported' }).optional(),
  statuscallbackuri: z
    .never({ error: 'callbacks are not supported: read the session or follow its events' })
    .optional(),
})

export function parseStart(
  body: z.output<typeof startBody>,
  headers: z.output<typeof startHeaders>,
): Result<StartVerification, TranslationMistake> {
  const general = [...(body.vp_policies ?? []), ...(body.vc_policies ?? [])].map((entry) =>
    requestedPolicy(entry),
  )
  const settings = {
    authorizeBaseUrl: headers.authorizebaseurl,
    ...(headers.stateid !== undefined && { id: headers.stateid }),
    ...(headers.sessionttl !== undefined && { ttlSeconds: headers.sessionttl }),
    ...(headers.successredirecturi !== undefined && { successRedirectUri: headers.successredirecturi }),
    ...(headers.errorredirecturi !== undefined && { errorRedirectUri: headers.errorredirecturi }),
  }
  if (body.dcql_query !== undefined) {
    return ok({ dcqlQuery: body.dcql_query as JsonObject, policies: general, ...settings })
  }
  const requested = body.request_credentials ?? []
  const translated = translateRequestCredentials(
    requested.map((entry) => ({ ...entry, claims: entry.claims as readonly JsonObject[] | undefined })),
  )
  if (!translated.ok) return translated
  const own = requested.flatMap((entry, index) =>
    (entry.policies ?? []).map((one) => requestedPolicy(one, translated.value.queryIds[index])),
  )
  return ok({ dcqlQuery: translated.value.dcqlQuery, policies: [...general, ...own], ...settings })
}

function requestedPolicy(entry: z.output<typeof policy>, queryId?: string): RequestedPolicy {
  const about = queryId === undefined ? {} : { queryId }
  if (typeof entry === 'string') return { policy: entry, ...about }
  return {
    policy: entry.policy,
    ...(entry.args !== undefined && { args: entry.args as JsonValue }),
    ...about,
  }
}

/** `GET /openid4vc/session/{id}`: a verification and its result. walt.id's members, and beside them checks and claims. */
import { z } from 'zod'
import { jsonObject } from '../json.ts'

/** What was looked at, the same for every credential format. */
export const check = z.object({
  name: z.enum([
    'structure',
    'issuer_signature',
    'issuer_trust',
    'validity_period',
    'holder_binding',
    'status',
    'query_match',
    'policy',
  ]),
  outcome: z
    .enum(['passed', 'failed', 'undetermined', 'skipped'])
    .describe('`undetermined`: it could not be found out, which is neither passed nor failed'),
  detail: z.string().optional().describe('A code that says why, or what was found'),
  queryId: z.string().optional().describe('Id of the credential query that the presentation answers'),
  policy: z.string().optional().describe('Name of the policy, for `policy`'),
})

export type CheckView = z.infer<typeof check>

const policyResult = z.object({
  policy: z.string(),
  description: z.string(),
  is_success: z.boolean(),
  error: z
    .object({ outcome: check.shape.outcome, message: z.string() })
    .optional()
    .describe('Where it is not a success'),
})

export type PolicyResult = z.infer<typeof policyResult>

export const policyResults = z
  .object({
    results: z
      .array(
        z.object({
          credential: z
            .string()
            .describe('Type of the credential; `VerifiablePresentation` for what is about all'),
          queryId: z.string(),
          policyResults: z.array(policyResult).readonly(),
        }),
      )
      .readonly(),
    policiesRun: z.int(),
    policiesSuccessful: z.int(),
    policiesFailed: z.int(),
  })
  .describe('Every check that ran, and the policies that were named under their own names too')

export type PolicyResults = z.infer<typeof policyResults>

const disclosedCredential = z.object({
  queryId: z.string(),
  format: z.string(),
  type: z.string(),
  claims: jsonObject.describe('What was disclosed; the presentation itself is not kept'),
  issuer: z
    .string()
    .optional()
    .describe(
      'Who signed it, as far as the source of trust vouches for it: the DID or URL that it knows the issuer by or that the certificate names, otherwise the subject of the certificate',
    ),
  claimedIssuer: z
    .string()
    .optional()
    .describe('What the credential calls its issuer, where nobody vouches for that name'),
  anchor: z.string().optional().describe('Whom the chain of trust led to'),
})

const common = {
  id: z.string(),
  dcqlQuery: jsonObject.describe('The query as wallets read it'),
  createdAt: z.int().describe('Epoch seconds'),
  expiresAt: z.int().describe('Epoch seconds: an answer is taken before'),
}

const decided = { ...common, decidedAt: z.int().describe('Epoch seconds') }

/** `verificationResult` is there once the wallet has answered. */
export const verificationView = z.discriminatedUnion('state', [
  z.object({ ...common, state: z.enum(['created', 'requested', 'expired']) }),
  z.object({
    ...decided,
    state: z.literal('declined'),
    verificationResult: z.literal(false),
    reason: z.string().describe("The wallet's error code"),
  }),
  z.object({
    ...decided,
    state: z.enum(['verified', 'rejected']),
    verificationResult: z.boolean(),
    policyResults,
    checks: z.array(check).readonly(),
    credentials: z.array(disclosedCredential).readonly(),
  }),
])

export type VerificationView = z.infer<typeof verificationView>

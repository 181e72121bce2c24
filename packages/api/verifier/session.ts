/** `GET /openid4vc/session/{id}`: a verification and its result. walt.id's members, and beside them checks and claims. */
import { z } from 'zod'
import { jsonObject } from '../json.ts'

const evidence = z.object({ label: z.string(), value: z.string() })

const trustChain = z.object({
  sentence: z.string(),
  chain: z
    .array(
      z.object({
        role: z.enum(['verifier', 'source', 'anchor', 'issuer']),
        label: z.string().describe('What it is, in the language of the answer'),
        name: z.string().optional().describe('Absent for the verifier itself'),
      }),
    )
    .readonly()
    .describe('Each vouches for the next'),
})

const listedStatus = z.object({
  uri: z.string(),
  index: z.int().optional(),
  purpose: z.string().optional(),
  issuedAt: z.int().optional().describe('Epoch seconds, as the list says'),
  goodUntil: z.int().optional().describe('Epoch seconds, as the list says'),
  anchor: z.string().optional().describe("Whom the list's signature leads to, where it is another anchor"),
})

/** The same as `CheckFacts` of `decision/described-check.ts`. */
const checkFacts = z.object({
  algorithm: z.string().optional().describe("Of the issuer's signature"),
  keyType: z.string().optional().describe("Of the holder's proof"),
  issuer: z.string().optional(),
  claimedIssuer: z.string().optional(),
  anchor: z.string().optional(),
  source: z.string().optional().describe('Where the anchor was configured'),
  trustedUntil: z.int().optional().describe('Epoch seconds'),
  validFrom: z.int().optional().describe('Epoch seconds, as the credential says'),
  validUntil: z.int().optional().describe('Epoch seconds, as the credential says'),
  checkedAt: z.int().optional().describe('Epoch seconds'),
  status: listedStatus.optional(),
  asked: z.array(z.string()).readonly().optional().describe('Claim paths that were asked for'),
  unmet: z.string().optional().describe('The one of them that is missing or says something else'),
  args: z.string().optional().describe('Arguments of the policy'),
})

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
    'same_device',
    'transaction_data',
  ]),
  outcome: z
    .enum(['passed', 'failed', 'undetermined', 'skipped'])
    .describe('`undetermined`: it could not be found out, which is neither passed nor failed'),
  detail: z.string().optional().describe('A code that says why, or what was found'),
  queryId: z.string().optional().describe('Id of the credential query that the presentation answers'),
  policy: z.string().optional().describe('Name of the policy, for `policy`'),
  title: z.string().describe('Short name of the check, in the language of the answer'),
  meaning: z.string().describe('What the outcome means, in one sentence'),
  evidence: z.array(evidence).readonly().describe('What was looked at'),
  advice: z.string().optional().describe('What to do; absent where there is nothing to do'),
  trust: trustChain.optional().describe('Who trusted whom; of a trust that was found alone'),
  facts: checkFacts.optional().describe('What the texts are made of'),
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

const presentedCredential = z.object({
  queryId: z.string(),
  format: z.string(),
  type: z.string(),
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

const disclosedCredential = presentedCredential.extend({
  claims: jsonObject.describe('What was disclosed; the presentation itself is not kept'),
})

/** What came and decided nothing: anybody who saw the request can send it. */
const attempt = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('declined'),
    at: z.int().describe('Epoch seconds'),
    sentence: z.string().describe('What happened, in the language of the answer'),
    reason: z.string().describe("The wallet's error code, where the specifications know it; else `other`"),
  }),
  z.object({
    kind: z.literal('stranger'),
    at: z.int().describe('Epoch seconds'),
    sentence: z.string().describe('What happened, in the language of the answer'),
    checks: z.array(check).readonly().describe('Of a presentation whose issuer nobody vouches for'),
  }),
])

const outcome = z.object({
  verdict: z
    .enum(['open', 'verified', 'not_verified', 'could_not_be_checked', 'declined', 'expired'])
    .describe('`open`: nothing is decided, also where an answer waits for what could not be found out yet'),
  sentence: z.string().describe('All in one sentence, in the language of the answer'),
  advice: z.string().optional().describe('What to do'),
})

export type AttemptView = z.infer<typeof attempt>
export type OutcomeView = z.infer<typeof outcome>

const missingEvidence = check.omit({ outcome: true })

export type MissingEvidence = z.infer<typeof missingEvidence>

const common = {
  id: z.string(),
  dcqlQuery: jsonObject.describe('The query as wallets read it'),
  purpose: z.string().optional().describe('Why it is asked, as wallets show it; absent: nobody said'),
  transactionData: z
    .array(
      z.object({
        data: jsonObject.describe('As it was asked for'),
        credentialIds: z
          .array(z.string())
          .readonly()
          .describe('Credential queries, one of which authorises it'),
        authorizedBy: z
          .string()
          .optional()
          .describe('The one of them that did; only of a verification that is `verified`'),
      }),
    )
    .readonly()
    .optional()
    .describe('What the holder was to authorise (OpenID4VP 1.0 §8.4); absent: nothing'),
  responseMode: z
    .enum(['direct_post', 'direct_post.jwt', 'dc_api', 'dc_api.jwt'])
    .describe(
      'How the wallet answers: `direct_post`, or `direct_post.jwt`, encrypted; through a browser `dc_api`, or `dc_api.jwt`, encrypted',
    ),
  clientId: z
    .string()
    .describe('Who the verifier is to the wallet, with its prefix (OpenID4VP 1.0 §5.9), where it signs'),
  requestPassing: z
    .enum(['by_reference', 'by_value'])
    .optional()
    .describe('Whether a wallet fetches the request, or has it in the link; absent: a browser hands it over'),
  createdAt: z.int().describe('Epoch seconds'),
  expiresAt: z.int().describe('Epoch seconds: an answer is taken before'),
  returned: z
    .boolean()
    .describe('Whether the browser that began came back with a response code, and it was exchanged'),
  attempts: z
    .array(attempt)
    .readonly()
    .optional()
    .describe('The first of each kind that came and decided nothing; absent: none'),
  outcome: outcome.describe('The verification in one sentence'),
}

const decided = { ...common, decidedAt: z.int().describe('Epoch seconds') }
const failed = { ...decided, verificationResult: z.literal(false) }

/** `verificationResult` is there once it is decided, and true for `verified` alone. */
export const verificationView = z.discriminatedUnion('state', [
  z.object({ ...common, state: z.enum(['created', 'requested']) }),
  z
    .object({
      ...common,
      state: z.literal('answered'),
      answeredAt: z.int().describe('Epoch seconds'),
      missing: z.array(missingEvidence).readonly().describe('What could not be found out yet'),
    })
    .describe('An answer was taken and cannot be judged yet; it is looked at again until `expiresAt`'),
  z.object({
    ...failed,
    state: z.literal('declined'),
    reason: z.string().describe("The wallet's error code"),
  }),
  z.object({ ...failed, state: z.literal('expired') }).describe('Nobody answered in time'),
  z.object({
    ...decided,
    state: z.literal('verified'),
    verificationResult: z.literal(true),
    policyResults,
    checks: z.array(check).readonly(),
    credentials: z.array(disclosedCredential).readonly(),
  }),
  z.object({
    ...failed,
    state: z
      .enum(['rejected', 'undetermined'])
      .describe('`undetermined`: what was missing could not be found out in time'),
    policyResults,
    checks: z.array(check).readonly(),
    credentials: z.array(presentedCredential).readonly().describe('What was presented, without its claims'),
  }),
])

export type VerificationView = z.infer<typeof verificationView>

/** Verifications that are begun in the portal: the verifier's own call, with what a page may say of it. */
import { z } from 'zod'
import { jsonObject } from '../json.ts'
import { strict } from '../strict.ts'
import { requestPurpose } from '../verifier/start.ts'

const policies = z
  .array(z.unknown())
  .max(50)
  .describe('As the verifier takes them: names, or objects with a name and its arguments')

export const beginVerificationBody = strict({
  dcql_query: jsonObject.describe('A DCQL query (OpenID4VP 1.0 §6)'),
  purpose: requestPurpose.optional(),
  vp_policies: policies.optional(),
  vc_policies: policies.optional(),
  sameDevice: z
    .enum(['required', 'allowed'])
    .default('allowed')
    .describe('`required`: there is no result before the browser that began came back (OpenID4VP 1.0 §13.3)'),
  responseMode: z
    .string()
    .max(50)
    .optional()
    .describe(
      'How the wallet answers: `direct_post`, or `direct_post.jwt`, encrypted; as the verifier is configured when absent',
    ),
  ttlSeconds: z.int().min(30).max(86_400).optional().describe('How long a wallet may answer'),
}).meta({
  examples: [
    {
      dcql_query: {
        credentials: [
          {
            id: 'identity',
            format: 'dc+sd-jwt',
            meta: { vct_values: ['urn:countersign:identity-credential:1'] },
            claims: [{ path: ['given_name'] }],
          },
        ],
      },
      purpose: 'To put your name on the ticket',
    },
  ],
})

export type BeginVerificationBody = z.input<typeof beginVerificationBody>

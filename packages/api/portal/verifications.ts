/** Verifications that are begun in the portal: the verifier's own call, with what a page may say of it. */
import { z } from 'zod'
import { jsonObject } from '../json.ts'
import { strict } from '../strict.ts'
import { requestPurpose, startVerificationBody } from '../verifier/start.ts'
import { broughtCredential } from '../verifier/wallet.ts'

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
  transaction_data: startVerificationBody.shape.transaction_data,
  responseMode: z
    .enum(['direct_post', 'direct_post.jwt', 'dc_api', 'dc_api.jwt'])
    .optional()
    .describe(
      'How the wallet answers: `direct_post`, or `direct_post.jwt`, encrypted; through the browser of the page that asks `dc_api`, or `dc_api.jwt`, encrypted, and then the page is one of this portal; as the verifier is configured when absent',
    ),
  clientIdPrefix: z
    .enum([
      'x509_hash',
      'x509_san_dns',
      'decentralized_identifier',
      'verifier_attestation',
      'pre-registered',
      'redirect_uri',
    ])
    .optional()
    .describe(
      'Who the verifier is to the wallet, of what it can prove; as it is configured when absent. With `redirect_uri` the request is not signed',
    ),
  requestPassing: z
    .enum(['by_reference', 'by_value'])
    .optional()
    .describe(
      'Whether the wallet fetches the request, or has it in the link; the former when absent. Not where a browser hands it over',
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

/** What the page got from `navigator.credentials.get`; where the page comes from is not for the page to say. */
export const browserAnsweredBody = strict({
  protocol: broughtCredential.shape.protocol,
  data: broughtCredential.shape.data,
}).meta({
  examples: [{ protocol: 'openid4vp-v1-signed', data: { response: 'eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoi…' } }],
})

export type BrowserAnsweredBody = z.infer<typeof browserAnsweredBody>

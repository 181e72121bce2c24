/**
 * Offers: the bodies of the issue calls, which are walt.id's with transaction code and value mode beside them, and what
 * is answered. What an offer means (claims that fit their type, keys that can sign) is judged by the issuer.
 */
import { isJsonObject } from '@countersign/core/json'
import { z } from 'zod'
import { callbackHeaders } from '../callbacks.ts'
import { jsonObject } from '../json.ts'
import { type RefusedMembers, strict } from '../strict.ts'
import { ISSUE_BATCH_EXAMPLES, ISSUE_EXAMPLES } from './offer-examples.ts'
import { authenticationMethod, tellTerms, userClaims, vpRequest } from './users.ts'

export interface DisclosureMapInput {
  fields: Record<string, { sd?: boolean | undefined; children?: DisclosureMapInput | undefined }>
}

const noDecoys = 'decoys are not made: only NONE and 0 are taken'

/** A reference in its description would lead nowhere: the API document has one schema a call, and no components. */
const disclosureMapInside = z
  .custom<DisclosureMapInput>(isJsonObject, { error: 'Invalid input: expected object' })
  .superRefine((map, context) => {
    for (const { message, path } of disclosureMap.safeParse(map).error?.issues ?? [])
      context.addIssue({ code: 'custom', message, path: [...path] })
  })
  .meta({ type: 'object', additionalProperties: true, description: 'The same, of what lies in the claim' })

export const disclosureMap = strict({
  fields: z.record(
    z.string(),
    strict({ sd: z.boolean().optional(), children: disclosureMapInside.optional() }),
  ),
  decoyMode: z.literal('NONE', { error: noDecoys }).optional(),
  decoys: z.literal(0, { error: noDecoys }).optional(),
})

export const txCode = strict({
  input_mode: z.enum(['numeric', 'text']).default('numeric'),
  length: z.int().min(4).max(32).default(6),
  description: z.string().max(300).optional(),
}).describe('Ask the wallet for a transaction code that travels over another channel')

/** walt.id's members that would change what is issued. */
const REFUSED: RefusedMembers = {
  vct: 'not supported: the credential configuration says the type',
  credentialStatus: 'not supported: status says whether it has one, in the lists of this issuer',
  mdocStatus: 'not supported: status says whether it has one, in the lists of this issuer',
  sdJwtCredentialClaims:
    'not supported: claims belong into credentialData, and selectiveDisclosure says which can be withheld',
  display: 'not supported: how a type is shown stands in the metadata of the issuer',
  trustedRootCAs: 'not supported: whom a service believes is its configuration, trustedIssuers',
  authorizedTransactionDataTypes: 'not supported',
  vpRequestValue: 'not supported: vpRequest says what is asked for',
  vpProfile: 'not supported: what travels is OpenID4VP 1.0',
  useJar: 'not supported: the verifier signs its requests',
  credentialFormat: 'not supported: vpRequest says which format',
  draft11EncodeOfferedCredentialsByReference: 'not supported: what travels is OpenID4VCI 1.0',
}

export const maxRedemptions = z
  .int()
  .min(1)
  .max(10_000)
  .describe(
    'How many may take the offer up, each in an issuance of his own; 1 when absent. More than one goes with NONE, PWD and VP_TOKEN: a pre-authorized code is for one',
  )

const order = strict(
  {
    credentialConfigurationId: z.string().min(1).max(200),
    credentialData: jsonObject
      .optional()
      .describe('Claims of an SD-JWT VC, or a W3C credential with its credentialSubject'),
    mdocData: jsonObject.optional().describe('Data elements of an mdoc by namespace'),
    mdocValidityDays: z.int().min(1).max(3650).optional(),
    issuerKey: jsonObject
      .optional()
      .describe("A key of the caller's own; without it the deployment's issuer signs"),
    issuerDid: z.string().min(1).max(2000).optional(),
    x5Chain: z.array(z.string().max(20_000)).min(1).max(6).optional(),
    mapping: jsonObject.optional().describe('Members made at issuance, by data functions such as <uuid>'),
    selectiveDisclosure: disclosureMap.optional(),
    authenticationMethod: authenticationMethod.optional(),
    vpRequest: vpRequest.optional(),
    userClaims: userClaims.optional(),
    standardVersion: z
      .literal('DRAFT13', {
        error: 'only DRAFT13 is taken, as scripts have it: what travels is OpenID4VCI 1.0',
      })
      .optional(),
    txCode: txCode.optional(),
    txCodeValue: z
      .string()
      .regex(/^[\x21-\x7e]{4,32}$/, 'must be 4 to 32 visible characters')
      .optional(),
    valueMode: z.enum(['BY_REFERENCE', 'BY_VALUE']).optional(),
    maxRedemptions: maxRedemptions.optional(),
    issuanceType: z
      .literal('DEFERRED')
      .optional()
      .describe(
        'The wallet is told to come again until somebody agrees by /openid4vc/session/{id}/deferred; at once when absent',
      ),
    status: z
      .boolean()
      .optional()
      .describe('Whether it can be revoked and suspended; default: yes, where the issuer keeps status lists'),
  },
  REFUSED,
)
  .refine((body) => (body.credentialData === undefined) !== (body.mdocData === undefined), {
    message: 'exactly one of credentialData and mdocData is required',
    path: ['credentialData'],
  })
  .superRefine(tellTerms)
  .refine(
    ({ authenticationMethod: method = 'PRE_AUTHORIZED', maxRedemptions: most = 1 }) =>
      method !== 'PRE_AUTHORIZED' || most === 1,
    {
      message: 'more than one goes with another authenticationMethod: a pre-authorized code is for one',
      path: ['maxRedemptions'],
    },
  )
  .refine((body) => body.issuerKey?.['type'] !== 'configured', {
    message: 'a key of the configuration is named by a profile',
    path: ['issuerKey'],
  })
  .refine((body) => body.issuerKey !== undefined || body.issuerDid === undefined, {
    message: "goes with an issuerKey: the deployment's issuer signs in its own name",
    path: ['issuerDid'],
  })
  .refine((body) => body.issuerKey !== undefined || body.x5Chain === undefined, {
    message: "goes with an issuerKey: the deployment's issuer has certificates of its own",
    path: ['x5Chain'],
  })

export type IssueOrder = z.output<typeof order>

/** walt.id's paths by family of formats; each takes every configuration, and its examples are of its family. */
export const issueBodies = {
  sdjwt: order.meta({ examples: ISSUE_EXAMPLES.sdjwt }),
  jwt: order.meta({ examples: ISSUE_EXAMPLES.jwt }),
  mdoc: order.meta({ examples: ISSUE_EXAMPLES.mdoc }),
} as const

/** The offer is one: what its entries say of it must not differ. */
const OF_THE_OFFER = [
  'txCode',
  'txCodeValue',
  'valueMode',
  'authenticationMethod',
  'vpRequest',
  'maxRedemptions',
] as const

const orders = z
  .array(order)
  .min(1)
  .max(20)
  .superRefine((entries, context) => {
    for (const name of OF_THE_OFFER) {
      const said = new Set(
        entries.map((entry) => JSON.stringify(entry[name])).filter((text) => text !== undefined),
      )
      if (said.size > 1)
        context.addIssue({ code: 'custom', message: `the entries differ in ${name}: an offer has one` })
    }
  })

export const issueBatchBodies = {
  sdjwt: orders.meta({ examples: ISSUE_BATCH_EXAMPLES.sdjwt }),
  jwt: orders.meta({ examples: ISSUE_BATCH_EXAMPLES.jwt }),
  mdoc: orders.meta({ examples: ISSUE_BATCH_EXAMPLES.mdoc }),
} as const

export const issueHeaders = z.object({
  sessionttl: z.coerce
    .number()
    .int()
    .min(10)
    .max(2_592_000)
    .optional()
    .describe('Seconds to take up the offer'),
  ...callbackHeaders,
})

/** The offer for a link or a QR code: what is answered unless the caller accepts `application/json`. */
export const OFFER_URL_EXAMPLE =
  'openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2FcredentialOffer%3Fid%3DgvMUEPAmY7Vn0nr0iSCU6Q'

/** A profile as it was when it was used. */
export const profileName = z.object({
  name: z.string(),
  version: z.int().describe('It rises with each change'),
})

export const createdOffer = z
  .object({
    id: z.string().describe('Of the issuance, for /openid4vc/session/{id}'),
    url: z.string().describe('The offer for a link or a QR code'),
    expiresAt: z.int().describe('Epoch seconds'),
    txCodeValue: z.string().optional().describe('The transaction code, where it was made here'),
  })
  .meta({
    examples: [{ id: 'gvMUEPAmY7Vn0nr0iSCU6Q', url: OFFER_URL_EXAMPLE, expiresAt: 1_800_000_300 }],
  })

export type CreatedOffer = z.infer<typeof createdOffer>

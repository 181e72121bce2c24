/**
 * The calls that lead to issuers (OpenID4VCI 1.0) and verifiers (OpenID4VP 1.0). What those publish or sign is theirs and
 * shown as it is. Examples that name an offer or a request of somebody's are well-formed and no longer open.
 */
import { FETCHED, RECEIVED } from '@countersign/core/size-limits'
import { z } from 'zod'
import { jsonObject } from '../json.ts'
import { oneOf, strict } from '../strict.ts'
import { shownTransaction } from './shown.ts'

const offerText = z.string().min(1).max(FETCHED.offer).describe('The URL of an offer')
const offer = oneOf([offerText, jsonObject]).describe('A URL as text, or the offer as JSON')

const exampleOffer = {
  credential_issuer: 'http://localhost:7002',
  credential_configuration_ids: ['identity_credential_dc+sd-jwt'],
  grants: {
    'urn:ietf:params:oauth:grant-type:pre-authorized_code': {
      'pre-authorized_code': 'bXkKIzr1Q0Wk0cJx3m9y7g.hP0wA1nIhYvSGKLzQOd0zvLZKz0wZ2v4H1cHcGkq3mE',
    },
  },
}

const exampleOfferUrl =
  'openid-credential-offer://?credential_offer_uri=http%3A%2F%2Flocalhost%3A7002%2FcredentialOffer%3Fid%3DbXkKIzr1Q0Wk0cJx3m9y7g'

const exampleRequestUrl =
  'openid4vp://authorize?client_id=x509_hash%3AU5hrLH_qrYt1QmNJpNH5XpIHjnTBVGqQmhVXUx9cM1k&request_uri=http%3A%2F%2Flocalhost%3A7003%2Fopenid4vc%2Frequest%2FbXkKIzr1Q0Wk0cJx3m9y7g'

export const resolveOfferRequest = offer.meta({ examples: [exampleOffer] })

export const useOfferRequest = offer.meta({ examples: [exampleOfferUrl] })

export const useOfferQuery = strict({
  did: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe(
      'Whose key the credential is bound to. Without it a key of its own for each copy, where the issuer gives several; else that of the default DID',
    ),
  pinOrTxCode: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe('The transaction code, where the offer asks for one'),
  requireUserInput: z.literal('false', { error: 'only false is supported' }).optional(),
})

export const issuerQuery = strict({
  issuer: z
    .string()
    .min(1)
    .max(2048)
    .describe('The credential issuer identifier')
    .meta({ examples: ['http://localhost:7002'] }),
})

/** OpenID4VCI 1.0 §4.1.1. */
export const credentialOfferAnswer = jsonObject
  .describe('The offer, as its issuer wrote it')
  .meta({ examples: [exampleOffer] })

/** OpenID4VCI 1.0 §12.2.4. */
export const issuerMetadataAnswer = jsonObject.describe('The metadata, as published').meta({
  examples: [
    {
      credential_issuer: 'http://localhost:7002',
      credential_endpoint: 'http://localhost:7002/credential',
      nonce_endpoint: 'http://localhost:7002/nonce',
      credential_configurations_supported: {
        'identity_credential_dc+sd-jwt': {
          format: 'dc+sd-jwt',
          vct: 'urn:countersign:identity-credential:1',
        },
      },
    },
  ],
})

export const presentationRequest = z
  .string()
  .min(1)
  .max(100_000)
  .describe('The URL of a presentation request')
  .meta({ examples: [exampleRequestUrl] })

const requestedCredential = z.object({
  id: z.string(),
  format: z.string(),
  meta: jsonObject,
  requireHolderBinding: z.boolean(),
  claims: z
    .array(z.array(z.union([z.string(), z.int(), z.null()])))
    .optional()
    .describe('Claims path pointers'),
})

/** Who asks for what, for somebody who has to decide. */
export const requestView = z
  .object({
    presentationRequest: z.string().describe('The URL that was given'),
    clientId: z.string(),
    trusted: z.boolean().describe('Whether somebody who is trusted vouches for the verifier'),
    verifier: z.string().optional().describe('Subject of its certificate'),
    anchor: z.string().optional().describe('Who vouches for it'),
    reason: z.string().optional().describe('Why nobody does'),
    credentials: z.array(requestedCredential),
    transactions: z
      .array(shownTransaction)
      .optional()
      .describe('What is authorised by the answer; absent: nothing'),
    clientMetadata: jsonObject.optional(),
    expiresAt: z.number().optional().describe('Epoch seconds'),
  })
  .meta({
    examples: [
      {
        presentationRequest: exampleRequestUrl,
        clientId: 'x509_hash:U5hrLH_qrYt1QmNJpNH5XpIHjnTBVGqQmhVXUx9cM1k',
        trusted: true,
        verifier: 'CN=verifier',
        anchor: 'CN=Countersign development CA',
        credentials: [
          {
            id: 'pid',
            format: 'dc+sd-jwt',
            meta: { vct_values: ['urn:eudi:pid:1'] },
            requireHolderBinding: true,
            claims: [['family_name']],
          },
        ],
        expiresAt: 1_795_858_200,
      },
    ],
  })

export type RequestView = z.infer<typeof requestView>

export const presentRequest = strict({
  did: z.string().max(4096).optional().describe('Accepted and not needed: a credential knows its key'),
  presentationRequest: z.string().min(1).max(100_000),
  selectedCredentials: z
    .array(z.string().min(1).max(100))
    .max(50)
    .optional()
    .describe('Ids of the credentials to choose from; any that fits when empty'),
  disclosures: z
    .record(z.string().max(100), z.array(z.string().min(1).max(RECEIVED.credential)).max(500))
    .optional()
    .describe('By credential id: disclosures to show beside those that are asked for'),
  note: z.string().max(1000).optional(),
  decline: z.boolean().default(false).describe('Tell the verifier no (access_denied)'),
  authorize: z
    .boolean()
    .optional()
    .describe(
      'What the request wants authorised (`transactions` of resolved requests) is authorised; needed where there is something',
    ),
}).meta({
  examples: [
    {
      presentationRequest: exampleRequestUrl,
      selectedCredentials: ['urn:uuid:3f2a9d1e-0c8b-4d2f-9a57-2f7c1e6b8d90'],
    },
  ],
})

export type PresentRequest = z.input<typeof presentRequest>

const redirectUri = z.string().nullable().describe("Where the holder's browser goes on, where it has to")

export const presentedAnswer = z.object({ redirectUri }).meta({ examples: [{ redirectUri: null }] })

export type PresentedAnswer = z.infer<typeof presentedAnswer>

/** Why nothing was presented, in the shape that scripts of the field look for. */
export const presentationRefusedAnswer = z
  .object({
    redirectUri,
    errorMessage: z.string(),
    error: z.string().optional().describe('A code for programs, where there is one'),
  })
  .meta({
    examples: [
      {
        redirectUri: null,
        errorMessage: 'localhost:7003 does not give out this request (404): it may have expired',
      },
    ],
  })

export type PresentationRefusedAnswer = z.infer<typeof presentationRefusedAnswer>

/**
 * A credential offer that somebody looks at and then takes up or leaves, under one id (OpenID4VCI 1.0 §4). What was resolved
 * is kept: `use` takes up what was shown, and asks for neither the offer nor the issuer's metadata again.
 */
import { FETCHED } from '@countersign/core/size-limits'
import { z } from 'zod'
import { jsonObject } from '../json.ts'
import { oneOf, strict } from '../strict.ts'
import { isoTime } from '../values.ts'
import { walletId } from './accounts.ts'
import { deferredCredential } from './deferred.ts'
import { claimPath, issuerName, shownClaim, shownImage, shownLook, shownTrust } from './shown.ts'

export const exchangeParams = z.object({ wallet: walletId, exchange: z.string().min(1).max(100) })

const exampleOfferUrl =
  'openid-credential-offer://?credential_offer_uri=http%3A%2F%2Flocalhost%3A7002%2FcredentialOffer%3Fid%3DbXkKIzr1Q0Wk0cJx3m9y7g'

export const openOfferRequest = strict({
  offer: oneOf([z.string().min(1).max(FETCHED.offer), jsonObject]).describe(
    'The URL of an offer as text, or the offer as JSON',
  ),
}).meta({ examples: [{ offer: exampleOfferUrl }] })

export type OpenOfferRequest = z.input<typeof openOfferRequest>

export const useExchangedOfferRequest = strict({
  txCode: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe('The transaction code, where the offer asks for one'),
  did: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe(
      'Whose key the credentials are bound to. Without it a key of its own for each copy, where the issuer gives several; else that of the default DID',
    ),
  redirectUri: z
    .string()
    .min(1)
    .max(2048)
    .optional()
    .describe(
      'Where the browser comes back to, where the offer is taken up in one: https, the scheme of an app, or this machine; the page of the web wallet without it',
    ),
}).meta({ examples: [{ txCode: '482159' }] })

export const bringBackRequest = strict({
  query: z
    .string()
    .max(20_000)
    .describe('What stands behind `?` in the address that the browser came back to, as it stands there'),
}).meta({
  examples: [
    {
      query:
        'code=h3Jq0m7sW2xk&state=5a1f6a52-6f2c-4b7b-9c55-9d3b6b3f2c10.4mXbJYkq&iss=http%3A%2F%2Flocalhost%3A7002',
    },
  ],
})

export type BringBackRequest = z.input<typeof bringBackRequest>

export const openIssuanceRequest = strict({
  issuer: z.string().min(1).max(2048).describe('The credential issuer identifier'),
  credentialConfigurationId: z.string().min(1).max(256),
}).meta({
  examples: [
    {
      issuer: 'http://localhost:7002',
      credentialConfigurationId: 'identity_credential_dc+sd-jwt',
    },
  ],
})

export type OpenIssuanceRequest = z.input<typeof openIssuanceRequest>

export type UseExchangedOfferRequest = z.input<typeof useExchangedOfferRequest>

const offeredCredential = z.object({
  configurationId: z.string(),
  format: z.string(),
  type: z.string().optional().describe('`vct`, docType or the type, where the issuer names one'),
  title: z.string(),
  look: shownLook,
  claims: z
    .array(z.object({ path: claimPath, label: z.string() }))
    .describe('What it would say, as far as the issuer tells; the values come with the credential'),
  unusable: z
    .string()
    .optional()
    .describe('Why this wallet cannot have it, as a code; the rest of the offer is taken up without it'),
})

const receivedCredential = z.object({
  id: z.string(),
  format: z.string(),
  type: z.string(),
  title: z.string(),
  issuerName,
  look: shownLook,
  claims: z.array(shownClaim),
  expiresAt: z.int().optional().describe('Epoch seconds'),
  trust: shownTrust.describe('Of the signature of this very credential'),
})

export const offerPreview = z
  .object({
    id: z.string(),
    state: z
      .enum(['open', 'authorizing', 'unfinished', 'waiting', 'used', 'rejected', 'over'])
      .describe(
        '`authorizing`: a browser was sent to `authorization.url`; `unfinished`: `use` was cut off; make the same call again. `waiting`: the issuer prepares what it gives later, and is asked for it in the background. `over`: the issuer does not take its code any more, and nothing was stored',
      ),
    expiresAt: isoTime.describe('When this id is forgotten; the offer itself may end before'),
    issuer: z.object({
      url: z.string().describe('The credential issuer identifier'),
      host: z.string(),
      name: z.string().optional().describe("The issuer's own word"),
      logo: shownImage.optional(),
      trust: shownTrust.describe('Before a credential is there: whether a source of trust knows this issuer'),
    }),
    credentials: z.array(offeredCredential),
    txCode: z
      .object({
        inputMode: z.enum(['numeric', 'text']),
        length: z.int().optional(),
        description: z.string().optional().describe("The issuer's words"),
      })
      .optional()
      .describe('Present where the offer asks for a transaction code'),
    authorization: z
      .object({
        host: z.string().describe('Whose page asks'),
        url: z
          .string()
          .optional()
          .describe('Where the browser has to go: in the answer of `use`, the same while it is good'),
      })
      .optional()
      .describe('Present where the offer is taken up in a browser, and is not at an end'),
    deferred: z
      .array(deferredCredential)
      .optional()
      .describe('Present where something of it comes later, or was refused after it was waited for'),
    result: z
      .object({ at: isoTime, credentials: z.array(receivedCredential) })
      .optional()
      .describe('Present in the states `used` and `waiting`: what came'),
  })
  .meta({
    examples: [
      {
        id: '5a1f6a52-6f2c-4b7b-9c55-9d3b6b3f2c10',
        state: 'open',
        expiresAt: '2026-11-29T10:30:00Z',
        issuer: {
          url: 'http://localhost:7002',
          host: 'localhost:7002',
          name: 'Countersign issuer',
          trust: { trusted: false, reason: 'not_known_by_address' },
        },
        credentials: [
          {
            configurationId: 'identity_credential_dc+sd-jwt',
            format: 'dc+sd-jwt',
            type: 'urn:countersign:identity-credential:1',
            title: 'Identity credential',
            look: { backgroundColor: '#12107c', textColor: '#ffffff', print: true },
            claims: [{ path: ['family_name'], label: 'Family name' }],
          },
        ],
        txCode: { inputMode: 'numeric', length: 6 },
      },
    ],
  })

export type OfferPreview = z.infer<typeof offerPreview>

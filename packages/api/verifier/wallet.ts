/** What wallets send and get (OpenID4VP 1.0 §5.10, §8.2). Parameters that nobody knows are passed over. */
import { z } from 'zod'
import { oauthError } from '../errors.ts'
import { jsonObject } from '../json.ts'
import { oneOf } from '../strict.ts'

/** `POST /openid4vc/request/{id}`, as a form. */
export const requestObjectForm = z
  .looseObject({
    wallet_nonce: z.string().min(1).max(512).optional().describe('Comes back in the request object'),
    wallet_metadata: z
      .string()
      .max(20_000)
      .optional()
      .describe(
        'JSON: with `client_id_prefixes_supported` a request under another prefix is refused, and `issuer` is its audience (OpenID4VP 1.0 §5.8, §10)',
      ),
  })
  .meta({ examples: [{ wallet_nonce: 'qPmxiNFCR3QTm19POc8u' }] })

/** A JWS of type `oauth-authz-req+jwt`. */
export const requestObject = z.string().meta({ pattern: '^[\\w-]+\\.[\\w-]+\\.[\\w-]+$' })

/** `POST /openid4vc/verify/{id}`, as a form: `state`, and `vp_token` or `error`; or `response`, which is both encrypted. */
export const authorizationResponseForm = z.record(z.string(), z.string()).meta({
  examples: [
    { state: 'order-4711-zP3kQ9', error: 'access_denied', error_description: 'The holder declined' },
    {
      state: 'order-4711-zP3kQ9',
      vp_token: '{"identity":["eyJhbGciOiJFUzI1NiIsInR5cCI6ImRjK3NkLWp3dCJ9…"]}',
    },
  ],
})

/** The same as JSON: what `navigator.credentials.get` resolved with, brought by the page that asked. */
export const broughtCredential = z
  .looseObject({
    protocol: z.string().min(1).max(100).describe('`protocol` of the credential'),
    data: jsonObject.describe(
      '`data` of the credential: `vp_token`, or `response`, which is it encrypted, or `error`',
    ),
    origin: z
      .string()
      .max(300)
      .optional()
      .describe('Of the page that asked; needed where several are expected'),
  })
  .meta({
    examples: [
      { protocol: 'openid4vp-v1-signed', data: { error: 'access_denied' }, origin: 'https://shop.example' },
      {
        protocol: 'openid4vp-v1-unsigned',
        data: { vp_token: { identity: ['eyJhbGciOiJFUzI1NiIsInR5cCI6ImRjK3NkLWp3dCJ9…'] } },
      },
    ],
  })

/** `POST /openid4vc/verify/{id}`, whoever sends it. */
export const walletAnswer = oneOf([broughtCredential, authorizationResponseForm])

export type WalletAnswer = z.infer<typeof walletAnswer>
export type BroughtCredential = z.infer<typeof broughtCredential>

/** The answer was taken; the wallet sends its user on, where the relying party said so. */
export const authorizationResponseTaken = z.object({ redirect_uri: z.string().optional() })

export type AuthorizationResponseTaken = z.infer<typeof authorizationResponseTaken>

/** The presentation was judged and not accepted, or could not be read; `error_uri` is walt.id's word. */
export const authorizationResponseRefused = oauthError.extend({
  redirect_uri: z.string().optional(),
  error_uri: z.string().optional(),
})

export type AuthorizationResponseRefused = z.infer<typeof authorizationResponseRefused>

/**
 * The endpoints that wallets call (OpenID4VCI 1.0). Requests are read as their specifications say, so members that
 * nobody knows are passed over; what a request means is judged by `protocol`. Codes, tokens, nonces and proofs in the
 * examples have the right form and are nobody's: a caller puts its own in their place.
 */
import { z } from 'zod'
import { jsonObject } from '../json.ts'
import { strict } from '../strict.ts'

export const PRE_AUTHORIZED_GRANT = 'urn:ietf:params:oauth:grant-type:pre-authorized_code'

const SESSION = 'gvMUEPAmY7Vn0nr0iSCU6Q'
const CODE = `${SESSION}.7cIuR2fB9mVnS4hQ1oYtXzK0dLwPjG6sEaU3rN5yM8k`
const ACCESS_TOKEN = `${SESSION}.Qm2sW8xT4vB1nK7jF0hL5pR9cY3dZ6gA_uE-iOoXyZk`

const NOTIFICATION_ID = 'mX3vQ0sL7tB2nK9jF4hA6wAAAGtJ0gA'

export const offerQuery = z.object({ id: z.string().min(1).max(200).describe('From the offer URL') })

/** The offer that a wallet fetches (§4.1.1). */
export const credentialOffer = z
  .looseObject({
    credential_issuer: z.string(),
    credential_configuration_ids: z.array(z.string()),
    grants: z.record(
      z.string(),
      z.looseObject({
        'pre-authorized_code': z.string().optional(),
        issuer_state: z.string().optional(),
        tx_code: z
          .looseObject({
            input_mode: z.string().optional(),
            length: z.int().optional(),
            description: z.string().optional(),
          })
          .optional(),
      }),
    ),
  })
  .meta({
    examples: [
      {
        credential_issuer: 'https://issuer.example',
        credential_configuration_ids: ['identity_credential_dc+sd-jwt'],
        grants: { [PRE_AUTHORIZED_GRANT]: { 'pre-authorized_code': CODE } },
      },
    ],
  })

/** The form of §6.1; parameters that nobody knows are passed over. */
export const tokenRequest = z
  .record(z.string(), z.string())
  .describe(
    'grant_type; with it pre-authorized_code and, where the offer asks for one, tx_code, or code, client_id, redirect_uri and code_verifier',
  )
  .meta({ examples: [{ grant_type: PRE_AUTHORIZED_GRANT, 'pre-authorized_code': CODE }] })

/** The access token (§6.2). */
export const tokenResponse = z
  .looseObject({
    access_token: z.string(),
    token_type: z.enum(['DPoP', 'Bearer']),
    expires_in: z.int().describe('Seconds'),
    authorization_details: z
      .array(
        z.looseObject({
          type: z.string(),
          credential_configuration_id: z.string(),
          credential_identifiers: z.array(z.string()),
        }),
      )
      .optional()
      .describe('Where the request had some: by these identifiers the credentials are asked for then'),
    refresh_token: z.string().optional().describe('Where the issuer lets a bound token be refreshed'),
  })
  .meta({ examples: [{ access_token: ACCESS_TOKEN, token_type: 'Bearer', expires_in: 300 }] })

/** The nonce for a key proof (§7.2). */
export const nonceResponse = z.looseObject({ c_nonce: z.string() }).meta({
  examples: [{ c_nonce: 'mX3vQ0sL7tB2nK9jF4hA6wAAAGtJ0gA.Xo1rC5yD8eZ2gU_iO-pT3kN6qW9vB4mS7fH0jL1aRcY' }],
})

/** The challenge for the proof of an attested key (draft-ietf-oauth-attestation-based-client-auth §6.1). */
export const challengeResponse = z.looseObject({ attestation_challenge: z.string() }).meta({
  examples: [
    { attestation_challenge: 'Qh8cV2nZ5xL1sK7pD9gT3wAAAGtJ0gA.Lm4tR8eY1uW6qN_cB-zJ5vF2hS9dX7oK3iP0aGyHcEs' },
  ],
})

/** What a wallet asks for, with its key proof (§8.2). */
export const credentialRequest = jsonObject
  .describe(
    'credential_configuration_id and, in proofs.jwt, a key proof for each credential, all with one fresh nonce',
  )
  .meta({
    examples: [
      {
        credential_configuration_id: 'identity_credential_dc+sd-jwt',
        proofs: { jwt: ['eyJ0eXAiOiJvcGVuaWQ0dmNpLXByb29mK2p3dCIsImFsZyI6IkVTMjU2In0.e30.c2lnbmF0dXJl'] },
      },
    ],
  })

export const ENCRYPTED_EXAMPLE = 'eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTI1NkdDTSJ9..aXY.Y2lwaGVydGV4dA.dGFn'

/** The same, encrypted for a key of `credential_request_encryption` in the metadata (§10). */
export const encryptedCredentialRequest = z
  .string()
  .describe('A JWE in compact form, with the request as JSON in it')
  .meta({ examples: [ENCRYPTED_EXAMPLE] })

/** Either. */
export const anyCredentialRequest = z.union([credentialRequest, encryptedCredentialRequest])

/** The credentials: one for each key that was proven (§8.3). */
export const credentialResponse = z
  .looseObject({
    credentials: z.array(z.looseObject({ credential: z.string() })),
    notification_id: z.string().optional().describe('For the notification endpoint'),
  })
  .meta({
    examples: [
      {
        credentials: [{ credential: 'eyJ0eXAiOiJkYytzZC1qd3QiLCJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl~' }],
        notification_id: NOTIFICATION_ID,
      },
    ],
  })

/** What became of a credential in the wallet (§11.1). */
export const notificationRequest = jsonObject
  .describe(
    'notification_id from the credential response, and event: credential_accepted, credential_failure or credential_deleted; an event_description is passed over',
  )
  .meta({ examples: [{ notification_id: NOTIFICATION_ID, event: 'credential_accepted' }] })

const CLIENT = 'https://wallet.example'

const AUTHORIZATION_REQUEST = {
  response_type: 'code',
  client_id: CLIENT,
  redirect_uri: 'https://wallet.example/back',
  state: 'kX8vQ2nL',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
  issuer_state: CODE,
}

/** The form of RFC 9126 §2.1 with the parameters of §5.1; those that nobody knows are passed over. */
export const pushedRequest = z
  .record(z.string(), z.string())
  .describe(
    'response_type, client_id, redirect_uri, code_challenge, code_challenge_method and the issuer_state of the offer; scope, authorization_details, state and dpop_jkt where they are wanted',
  )
  .meta({ examples: [AUTHORIZATION_REQUEST] })

export const REQUEST_URI_EXAMPLE = `urn:ietf:params:oauth:request_uri:${SESSION}.Hn4tS9yU2wC7oL1kG6iM0qR8dZ5eA3hB-vF_jPxXwYg`

export const pushedResponse = z
  .looseObject({
    request_uri: z.string(),
    expires_in: z.int().describe('How long a browser may come with it, in seconds'),
  })
  .meta({ examples: [{ request_uri: REQUEST_URI_EXAMPLE, expires_in: 90 }] })

/** What a browser brings: the name of a pushed request, or the parameters themselves. Others are passed over. */
export const authorizationQuery = z
  .record(z.string(), z.union([z.string(), z.array(z.string())]))
  .describe('client_id and request_uri of a pushed request, or the request itself')

/** Which request a page goes on with. */
export const authorizationPlace = z.object({ authorization: z.string().min(1).max(200) })

/** What the form of the page posts. */
export const authorizationDecision = z
  .object({
    authorization: z.string().min(1).max(200),
    decision: z.enum(['approve', 'deny']),
  })
  .meta({ examples: [{ authorization: SESSION, decision: 'approve' }] })

/** RFC 7009 §2.1 */
const tokenInQuestion = z
  .object({
    token: z.string().min(1).max(1024).describe('Access or refresh token'),
    token_type_hint: z.string().max(100).optional().describe('Passed over: a token says what it is'),
  })
  .meta({ examples: [{ token: ACCESS_TOKEN }] })

/** At the management door, where a member that nobody knows is refused. */
export const introspectionRequest = strict(tokenInQuestion.shape).meta({
  examples: [{ token: ACCESS_TOKEN }],
})

/** The same, with what the client shows of itself. */
export const revocationRequest = tokenInQuestion
  .catchall(z.string())
  .meta({ examples: [{ token: ACCESS_TOKEN }] })

export const introspection = z
  .looseObject({
    active: z.boolean(),
    token_type: z.enum(['DPoP', 'Bearer']).optional(),
    client_id: z.string().optional(),
    iat: z.int().optional(),
    exp: z.int().optional(),
    cnf: z.looseObject({ jkt: z.string() }).optional().describe('The DPoP key that it is bound to'),
    issuance: z.string().optional().describe('For /openid4vc/session/{id}'),
    credential_configuration_ids: z.array(z.string()).optional(),
  })
  .meta({
    examples: [
      {
        active: true,
        token_type: 'Bearer',
        iss: 'https://issuer.example',
        iat: 1_800_000_030,
        exp: 1_800_000_330,
        issuance: SESSION,
        credential_configuration_ids: ['identity_credential_dc+sd-jwt'],
      },
    ],
  })

const TRANSACTION_ID = `${SESSION}.${NOTIFICATION_ID}.Tz8kQ1mW6yB3nJ0rF5hL2vC9xS4dG7pA_uE-iOoXyZk`

/** What a wallet that was told to come again comes with (§9.1). */
export const deferredRequest = jsonObject
  .describe('transaction_id from the answer that said to come again')
  .meta({ examples: [{ transaction_id: TRANSACTION_ID }] })

/** The same, in the clear or encrypted. */
export const anyDeferredRequest = z.union([deferredRequest, encryptedCredentialRequest])

/** With 202 (§8.3, §9.2). */
export const deferredResponse = z
  .looseObject({
    transaction_id: z.string(),
    interval: z.int().describe('Seconds to wait before asking again'),
  })
  .meta({ examples: [{ transaction_id: TRANSACTION_ID, interval: 30 }] })

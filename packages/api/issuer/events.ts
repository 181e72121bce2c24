/** `GET /openid4vc/session/{id}/events`: what happened to an issuance, as server-sent events (WHATWG HTML §9.2). */
import { z } from 'zod'

/** `data` of each event beside `state`, whose data is the session as `GET /openid4vc/session/{id}` shows it. */
export const issuanceEvent = z.object({
  sequence: z.int().describe('1, 2, 3 … within the session; `id` of the event, for `Last-Event-ID`'),
  type: z
    .enum([
      'offered',
      'opened',
      'authorized',
      'authorization_authenticated',
      'authorization_denied',
      'tx_code_wrong',
      'token_issued',
      'credential_issued',
      'credential_deferred',
      'deferral_approved',
      'deferral_refused',
      'completed',
      'token_refreshed',
      'token_revoked',
      'closed',
      'expired',
      'accepted',
      'credential_failure',
      'credential_deleted',
    ])
    .describe(
      '`opened`: the offer was fetched for the first time (an offer by value never is); `credential_deferred`: the wallet was told to come again; `deferral_approved`, `deferral_refused`: somebody decided; `authorization_authenticated`: it is known who somebody is who came in a browser, `detail` says how; `authorized`, `authorization_denied`: somebody said yes or no to it in a browser, or, with `detail` `login_denied` or `user_claims_unfit`, it was said for him; `token_issued`: the code was used; `token_revoked`: the token is good for nothing any more, `detail` says why; `expired`: nobody came with the code in time, written where a callback wants to be told; the last three are what the wallet told of a credential (OpenID4VCI 1.0 §11)',
    ),
  at: z.int().describe('Epoch seconds'),
  detail: z
    .string()
    .optional()
    .describe(
      'The credential configuration that the event is about, the client that somebody said yes to, how somebody showed who he is, why it was denied for him, or why the issuance was closed',
    ),
  servedBy: z
    .string()
    .optional()
    .describe('Name of the instance that wrote the event; absent where an earlier release wrote it'),
})

export type IssuanceEvent = z.infer<typeof issuanceEvent>

/** An issuance as the caller of the management API reads it: what happened, never the claims or the codes. */
import { z } from 'zod'
import { profileName } from './offers.ts'
import { AUTHENTICATION_METHODS } from './users.ts'

export const sessionParams = z.object({ id: z.string().min(1).max(200).describe('From the issue call') })

export const issuanceSession = z
  .object({
    id: z.string(),
    state: z
      .enum(['offered', 'expired', 'token_issued', 'completed', 'closed'])
      .describe('completed: everything that was offered is issued; closed: ended before, see reason'),
    configurationIds: z.array(z.string()),
    profile: profileName.optional().describe('By which profile it was offered; absent: by none'),
    parent: z
      .string()
      .optional()
      .describe('Of the offer that this issuance is a redemption of; absent where the offer is its own'),
    redemptions: z
      .object({
        max: z.int(),
        taken: z.int().describe('How many have their token'),
        sessions: z.array(z.string()).describe('Theirs, in the order of their coming'),
      })
      .optional()
      .describe('Of an offer that several take up'),
    createdAt: z.int().describe('Epoch seconds'),
    expiresAt: z.int().describe('Epoch seconds until which the offer can be taken up'),
    openedAt: z
      .int()
      .optional()
      .describe('Epoch seconds of the first time that the offer was fetched; absent where nobody has yet'),
    txCodeRequired: z.boolean(),
    wrongTxCodes: z.int().describe('How many wrong transaction codes were sent'),
    issued: z.record(z.string(), z.int()).describe('When each credential was issued, by configuration'),
    notified: z
      .record(z.string(), z.enum(['accepted', 'credential_failure', 'credential_deleted']))
      .optional()
      .describe(
        'What the wallet told of each credential at last, by configuration (OpenID4VCI 1.0 §11); absent where it told nothing, which wallets need not do',
      ),
    credentials: z
      .array(z.object({ id: z.string(), credentialConfigurationId: z.string() }))
      .describe('By which ids their status is read and changed; empty where the issuer keeps no log'),
    authenticationMethod: z
      .enum(AUTHENTICATION_METHODS)
      .describe('How whoever takes up the offer shows that he may'),
    deferred: z
      .record(
        z.string(),
        z.object({
          decision: z.enum(['pending', 'approved', 'refused']),
          requestedAt: z.int().optional().describe('Epoch seconds; absent: its wallet has not asked yet'),
        }),
      )
      .optional()
      .describe('What somebody has to agree to, by configuration; absent where nothing of it is left'),
    reason: z
      .enum(['too_many_wrong_tx_codes', 'code_replayed', 'refresh_replayed', 'token_revoked', 'redeemed'])
      .optional()
      .describe(
        'Why it was closed; code_replayed: the authorization code came again, from somebody else or too late, so what was had for it is worth nothing; refresh_replayed: so did a refresh token; redeemed: as many have taken it up as it is for',
      ),
  })
  .meta({
    examples: [
      {
        id: 'gvMUEPAmY7Vn0nr0iSCU6Q',
        state: 'completed',
        configurationIds: ['identity_credential_dc+sd-jwt'],
        createdAt: 1_800_000_000,
        expiresAt: 1_800_000_300,
        openedAt: 1_800_000_030,
        authenticationMethod: 'PRE_AUTHORIZED',
        txCodeRequired: false,
        wrongTxCodes: 0,
        issued: { 'identity_credential_dc+sd-jwt': 1_800_000_042 },
        notified: { 'identity_credential_dc+sd-jwt': 'accepted' },
        credentials: [
          { id: 'Zk3tQm1n8cV0sYbX5uJq2w', credentialConfigurationId: 'identity_credential_dc+sd-jwt' },
        ],
      },
    ],
  })

export type IssuanceSessionView = z.infer<typeof issuanceSession>

/** One event of the stream, as its `data` has it; the state comes first, as an event named `state`. */
export const SESSION_EVENTS_EXAMPLE = `retry: 1000

event: state
data: {"id":"gvMUEPAmY7Vn0nr0iSCU6Q","state":"offered","configurationIds":["identity_credential_dc+sd-jwt"],"createdAt":1800000000,"expiresAt":1800000300,"authenticationMethod":"PRE_AUTHORIZED","txCodeRequired":false,"wrongTxCodes":0,"issued":{},"credentials":[]}

id: 1
event: offered
data: {"sequence":1,"type":"offered","at":1800000000,"servedBy":"issuer-1"}

`

/** `GET /openid4vc/credentials/log`: what was issued, newest first, by type, status and time. Ids and types, never a claim. */
import { z } from 'zod'
import { LIST_MOST, listBefore, listLimit } from '../session-list.ts'
import { strict } from '../strict.ts'
import { credentialStatuses, ISSUED_EXAMPLE, issuedCredential } from './credentials.ts'

/** Epoch seconds up to the year 9999, as text. */
const moment = z
  .string()
  .regex(/^(0|[1-9]\d{0,11})$/, 'Invalid input: expected epoch seconds, a whole number')
  .transform(Number)

export const credentialLogQuery = strict({
  credentialConfigurationId: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Only those of this configuration')
    .meta({ examples: ['identity_credential_dc+sd-jwt'] }),
  status: z
    .enum(credentialStatuses)
    .optional()
    .describe('Only those that have it now; `valid`: neither revoked nor suspended, or without a status')
    .meta({ examples: ['revoked'] }),
  issuedFrom: moment
    .optional()
    .describe('Only those that say they were issued at this time or later')
    .meta({ examples: ['1799996400'] }),
  issuedBefore: moment
    .optional()
    .describe('Only those that say they were issued before this time')
    .meta({ examples: ['1800082800'] }),
  before: listBefore,
  limit: listLimit,
})

export const credentialLog = z
  .object({
    credentials: z.array(issuedCredential).max(LIST_MOST).readonly().describe('Newest first'),
    next: z.string().optional().describe('For `before` of the next page; absent: there is nothing older'),
  })
  .meta({
    examples: [{ credentials: [ISSUED_EXAMPLE], next: 'dHJvOHg2LlprM3RRbTFuOGNWMHNZYlg1dUpxMnc' }],
  })

export type CredentialLog = z.infer<typeof credentialLog>

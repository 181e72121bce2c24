/** `POST /openid4vc/session/{id}/deferred`: what somebody says to a credential that he has to agree to. */
import { z } from 'zod'
import { strict } from '../strict.ts'

export const deferralDecision = strict({
  credentialConfigurationId: z.string().min(1).max(200).describe('As the session has it in `deferred`'),
  decision: z.enum(['approve', 'refuse']),
}).meta({
  examples: [{ credentialConfigurationId: 'identity_credential_dc+sd-jwt', decision: 'approve' }],
})

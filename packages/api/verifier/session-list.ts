/** `GET /openid4vc/sessions` of the verifier: its verifications, newest first, without what was presented. */
import { z } from 'zod'
import { listedSession, sessionListQuery, sessionPage } from '../session-list.ts'

export const VERIFICATION_STATES = [
  'created',
  'requested',
  'answered',
  'verified',
  'rejected',
  'undetermined',
  'declined',
  'expired',
] as const

export const verificationListQuery = sessionListQuery(VERIFICATION_STATES)

const listedVerification = z.object({
  ...listedSession,
  state: z
    .enum(VERIFICATION_STATES)
    .describe(
      'As it is kept; where the time is over and nobody has looked since, as the next reader will find it',
    ),
  decidedAt: z.int().optional().describe('Epoch seconds'),
})

export type ListedVerification = z.infer<typeof listedVerification>

export const verificationList = sessionPage(listedVerification).meta({
  examples: [
    {
      sessions: [
        {
          id: 'order-4711-zP3kQ9',
          state: 'verified',
          types: ['urn:countersign:identity-credential:1'],
          createdAt: 1_800_000_000,
          expiresAt: 1_800_000_300,
          decidedAt: 1_800_000_042,
          lastEvent: { sequence: 3, type: 'verified', at: 1_800_000_042, servedBy: 'verifier-2' },
          servedBy: ['verifier-1', 'verifier-2'],
        },
      ],
      next: 'dHNrcG93Lm9yZGVyLTQ3MTEtelAza1E5',
    },
  ],
})

export type VerificationList = z.infer<typeof verificationList>

/** `GET /openid4vc/sessions` of the issuer: its issuances, newest first, without claims and codes. */
import { z } from 'zod'
import { listedSession, sessionListQuery, sessionPage } from '../session-list.ts'

export const ISSUANCE_STATES = ['offered', 'expired', 'token_issued', 'completed', 'closed'] as const

export const issuanceListQuery = sessionListQuery(ISSUANCE_STATES)

const listedIssuance = z.object({
  ...listedSession,
  state: z.enum(ISSUANCE_STATES).describe('`expired`: nobody took the offer up in time'),
})

export type ListedIssuance = z.infer<typeof listedIssuance>

export const issuanceList = sessionPage(listedIssuance).meta({
  examples: [
    {
      sessions: [
        {
          id: 'gvMUEPAmY7Vn0nr0iSCU6Q',
          state: 'completed',
          types: ['identity_credential_dc+sd-jwt'],
          createdAt: 1_800_000_000,
          expiresAt: 1_800_000_300,
          lastEvent: { sequence: 5, type: 'completed', at: 1_800_000_042, servedBy: 'issuer-1' },
          servedBy: ['issuer-2', 'issuer-1'],
        },
      ],
      next: 'dHNrcG93Lmd2TVVFUEFtWTdWbjBucjBpU0NVNlE',
    },
  ],
})

export type IssuanceList = z.infer<typeof issuanceList>

/** Credentials that an issuer prepares, and gives later (OpenID4VCI 1.0 §9): which they are, and when each is asked for next. */
import { z } from 'zod'
import { isoTime } from '../values.ts'
import { walletId } from './accounts.ts'
import { shownLook } from './shown.ts'

export const deferredParams = z.object({ wallet: walletId, deferred: z.string().min(1).max(100) })

export const unissued = z
  .object({
    code: z
      .enum(['refused', 'token_over', 'unacceptable', 'key_gone', 'waited_too_long'])
      .describe(
        '`refused`: by its issuer; `token_over`: the time that the issuer gave to fetch it in; `unacceptable`: it came and could not be kept; `key_gone`: that it was to be bound to; `waited_too_long`: 90 days',
      ),
    words: z.string().optional().describe("The issuer's own"),
  })
  .describe('Of a credential that was waited for: why it did not come')

export const deferredCredential = z.object({
  id: z.string(),
  configurationId: z.string(),
  format: z.string(),
  type: z.string().optional(),
  state: z.enum(['waiting', 'came', 'refused']),
  title: z.string(),
  look: shownLook,
  issuer: z.object({ url: z.string(), host: z.string(), name: z.string().optional() }),
  since: isoTime,
  nextAt: isoTime.optional().describe('When it is asked for next; absent where it is not any more'),
  unissued: unissued.optional(),
})

export type DeferredCredential = z.infer<typeof deferredCredential>

const example: DeferredCredential = {
  id: '1d9d6a6e-51a6-4c0e-8d0b-0f5d2a0a8a11',
  configurationId: 'identity_credential_dc+sd-jwt',
  format: 'dc+sd-jwt',
  type: 'urn:countersign:identity-credential:1',
  state: 'waiting',
  title: 'Identity credential',
  look: { backgroundColor: '#12107c', textColor: '#ffffff', print: true },
  issuer: { url: 'http://localhost:7002', host: 'localhost:7002', name: 'Countersign issuer' },
  since: '2026-11-29T09:30:00Z',
  nextAt: '2026-11-29T09:30:30Z',
}

export const deferredAnswer = deferredCredential.meta({ examples: [example] })

export const deferredListAnswer = z.array(deferredCredential).meta({ examples: [[example]] })

export type DeferredListAnswer = z.infer<typeof deferredListAnswer>

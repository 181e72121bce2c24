/**
 * What an account is entered by, beside a password and passkeys: recovery codes and links of the operator; and what is asked once
 * more before something is changed or deleted for good.
 */
import { z } from 'zod'
import { jsonObject } from '../json.ts'
import { oneOf, strict } from '../strict.ts'
import { isoTime } from '../values.ts'
import { confirmation, confirmedUnlessFresh, recoveryCode } from './confirmation.ts'
import { browserSession } from './passkeys.ts'

const password = z.string().min(1).max(1000)
const ceremony = z.string().min(1).max(4096).describe('As it came with the options')

export const changePasswordRequest = strict({
  password: password.describe('The new one'),
  confirmation: confirmedUnlessFresh,
}).meta({ examples: [{ password: 'correct-horse', confirmation: { password: 'password' } }] })

export type ChangePasswordRequest = z.input<typeof changePasswordRequest>

export const confirmedRequest = strict({ confirmation }).meta({
  examples: [{ confirmation: { password: 'password' } }],
})

export type ConfirmedRequest = z.input<typeof confirmedRequest>

export const newRecoveryCodesRequest = strict({ confirmation: confirmedUnlessFresh }).meta({ examples: [{}] })

export type NewRecoveryCodesRequest = z.input<typeof newRecoveryCodesRequest>

export const recoveryCodes = z
  .array(z.string())
  .readonly()
  .describe('Each logs in once. They are shown now and never again')

export const recoveryCodesAnswer = z
  .object({ recoveryCodes })
  .meta({ examples: [{ recoveryCodes: ['7KQF-2M9X-AB0D-EF1H', '4S8T-0WZC-93YN-PQRV'] }] })

export type RecoveryCodesAnswer = z.infer<typeof recoveryCodesAnswer>

export const recoveryCodesLeftAnswer = z
  .object({
    left: z.int().describe('Codes that were not used yet'),
    createdOn: isoTime.optional().describe('Absent where there are none'),
  })
  .meta({ examples: [{ left: 10, createdOn: '2026-11-29T09:30:00Z' }] })

export type RecoveryCodesLeftAnswer = z.infer<typeof recoveryCodesLeftAnswer>

export const recoveryLoginRequest = strict({
  code: recoveryCode.describe('However it was typed'),
  session: z
    .enum(['token', 'cookie'])
    .default('token')
    .describe('`cookie`, for pages: the token is in the cookie alone'),
}).meta({ examples: [{ code: '7KQF-2M9X-AB0D-EF1H' }] })

export type RecoveryLoginRequest = z.input<typeof recoveryLoginRequest>

const link = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'is not what stands in a link')
  .describe('What stands behind `#` in the link')

const exampleLink = 'hP0wA1nIhYvSGKLzQOd0zvLZKz0wZ2v4H1cHcGkq3mE'

export const resetOptionsRequest = strict({ link }).meta({ examples: [{ link: exampleLink }] })

export type ResetOptionsRequest = z.input<typeof resetOptionsRequest>

export const resetOptionsAnswer = z
  .object({
    account: z.object({
      name: z.string(),
      email: z.string().optional().describe('Absent: the account has no password, and gets none'),
    }),
    ceremony: z.string().describe('Goes back with what the authenticator made'),
    options: jsonObject.describe('PublicKeyCredentialCreationOptionsJSON'),
    expiresAt: isoTime.describe('Of the link'),
  })
  .meta({
    examples: [
      {
        account: { name: 'Ada Example', email: 'ada@example.org' },
        ceremony: 'v1.c2VhbGVk',
        options: { rp: { id: 'localhost', name: 'Countersign wallet' }, challenge: 'hP0wA1nIhYvSGKLzQOd0zg' },
        expiresAt: '2026-11-29T09:40:00Z',
      },
    ],
  })

export type ResetOptionsAnswer = z.infer<typeof resetOptionsAnswer>

export const resetRequest = strict({
  link,
  means: oneOf([
    strict({ password }),
    strict({ ceremony, credential: jsonObject.describe('RegistrationResponseJSON') }),
  ]).describe('What opens the account from now on, and nothing else does'),
}).meta({ examples: [{ link: exampleLink, means: { password: 'correct-horse' } }] })

export type ResetRequest = z.input<typeof resetRequest>

export const resetAnswer = z.object({ session: browserSession, recoveryCodes }).meta({
  examples: [
    {
      session: {
        csrf: 'Jm2Zb0yq8m0m5tWv0mD5n2lY1b6o4tUqkqf1mYw2l2E',
        account: { id: '0b0f1c9e-6f5c-4c86-9d7f-0f9a2f6f1f0e', name: 'Ada Example' },
        expiresAt: '2026-12-29T09:30:00Z',
      },
      recoveryCodes: ['7KQF-2M9X-AB0D-EF1H'],
    },
  ],
})

export type ResetAnswer = z.infer<typeof resetAnswer>

/** For pages, before anybody is logged in. */
export const waysInAnswer = z
  .object({ password: z.boolean().describe('Whether people may register and log in with a password') })
  .meta({ examples: [{ password: true }] })

export type WaysInAnswer = z.infer<typeof waysInAnswer>

/**
 * Logins of browsers: the session in a cookie, and passkeys (WebAuthn Level 3). `options` and `credential` are the JSON forms
 * of that specification (§5.1.8, §5.1.9, §5.1.10), which browsers make and take by themselves; they are described by nobody here.
 */
import { z } from 'zod'
import { jsonObject } from '../json.ts'
import { strict } from '../strict.ts'
import { isoTime } from '../values.ts'
import { confirmedUnlessFresh } from './confirmation.ts'

/** Goes with every state-changing call of a page; the value comes with each login and from `GET /wallet-api/auth/session`. */
export const CSRF_HEADER = 'x-countersign-csrf'

const sessionAccount = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string().optional().describe('Absent where the account has a passkey alone'),
})

const exampleAccount = { id: '0b0f1c9e-6f5c-4c86-9d7f-0f9a2f6f1f0e', name: 'Ada Example' }
const exampleCsrf = 'Jm2Zb0yq8m0m5tWv0mD5n2lY1b6o4tUqkqf1mYw2l2E'

/** What a page has after a login: the token itself stays in the cookie, where no script reads it. */
export const browserSession = z
  .object({
    csrf: z.string().describe(`Value of the header ${CSRF_HEADER}`),
    account: sessionAccount,
    expiresAt: isoTime,
  })
  .meta({ examples: [{ csrf: exampleCsrf, account: exampleAccount, expiresAt: '2026-12-29T09:30:00Z' }] })

export type BrowserSession = z.infer<typeof browserSession>

const ceremony = z.string().min(1).max(4096).describe('As it came with the options')

export const passkeyOptionsRequest = strict({
  name: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe('Of the new account; without a login only, "My wallet" when absent'),
  confirmation: confirmedUnlessFresh,
}).meta({ examples: [{ name: 'Ada Example' }] })

export type PasskeyOptionsRequest = z.input<typeof passkeyOptionsRequest>

export const passkeyOptionsAnswer = z
  .object({
    ceremony: z.string().describe('Goes back with what the authenticator made; good once, for five minutes'),
    options: jsonObject.describe('PublicKeyCredentialCreationOptionsJSON'),
  })
  .meta({
    examples: [
      {
        ceremony: 'v1.c2VhbGVk',
        options: { rp: { id: 'localhost', name: 'Countersign wallet' }, challenge: 'hP0wA1nIhYvSGKLzQOd0zg' },
      },
    ],
  })

export type PasskeyOptionsAnswer = z.infer<typeof passkeyOptionsAnswer>

export const passkeyRequest = strict({
  ceremony,
  credential: jsonObject.describe('RegistrationResponseJSON'),
  label: z.string().trim().min(1).max(100).optional().describe('What its owner calls it'),
}).meta({ examples: [{ ceremony: 'v1.c2VhbGVk', credential: { id: 'bXkKIzr1', type: 'public-key' } }] })

export type PasskeyRequest = z.input<typeof passkeyRequest>

const passkey = z.object({
  id: z.string(),
  label: z.string(),
  createdOn: isoTime,
  lastUsedOn: isoTime.optional(),
  prf: z.boolean().describe('Whether the authenticator can derive secrets (PRF extension)'),
})

const examplePasskey = {
  id: '0d0f1c9e-6f5c-4c86-9d7f-0f9a2f6f1f0e',
  label: 'Passkey',
  createdOn: '2026-11-29T09:30:00Z',
  prf: false,
}

export const passkeyAnswer = z
  .object({
    passkey,
    session: browserSession.optional().describe('Present where an account was made: its owner is logged in'),
    recoveryCodes: z
      .array(z.string())
      .readonly()
      .optional()
      .describe('Present where an account was made: each logs in once, and none is ever shown again'),
  })
  .meta({ examples: [{ passkey: examplePasskey }] })

export type PasskeyAnswer = z.infer<typeof passkeyAnswer>

export const passkeysAnswer = z.array(passkey).meta({ examples: [[examplePasskey]] })

export type PasskeysAnswer = z.infer<typeof passkeysAnswer>

export const passkeyParams = z.object({ passkey: z.string().min(1).max(100) })

export const passkeyLoginOptionsAnswer = z
  .object({
    ceremony: z.string().describe('Goes back with what the authenticator made; good once, for five minutes'),
    options: jsonObject.describe('PublicKeyCredentialRequestOptionsJSON, for a passkey that its owner picks'),
  })
  .meta({
    examples: [
      {
        ceremony: 'v1.c2VhbGVk',
        options: { rpId: 'localhost', challenge: 'hP0wA1nIhYvSGKLzQOd0zg', userVerification: 'required' },
      },
    ],
  })

export type PasskeyLoginOptionsAnswer = z.infer<typeof passkeyLoginOptionsAnswer>

export const passkeyLoginRequest = strict({
  ceremony,
  credential: jsonObject.describe('AuthenticationResponseJSON'),
}).meta({ examples: [{ ceremony: 'v1.c2VhbGVk', credential: { id: 'bXkKIzr1', type: 'public-key' } }] })

export type PasskeyLoginRequest = z.input<typeof passkeyLoginRequest>

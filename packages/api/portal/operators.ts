/**
 * Operators of the portal: their one-time link, and how they log in. What WebAuthn defines (options and answers, Level 3 §5.1,
 * as JSON) is carried as it is.
 */
import { z } from 'zod'
import { jsonObject } from '../json.ts'
import { strict } from '../strict.ts'

const name = z.string().min(1).max(100)
const password = z.string().min(1).max(1000)
const linkToken = z.string().min(1).max(200).describe('What stands behind `#` in the link')

const LINK_TOKEN = 'hP0wA1nIhYvSGKLzQOd0zvLZKz0wZ2v4H1cHcGkq3mE'

const publicKeyCredential = jsonObject.describe('A `PublicKeyCredential` as JSON (WebAuthn Level 3 §5.1)')

const ASSERTION = {
  id: 'AQIDBAUGBwgJCgsMDQ4PEA',
  rawId: 'AQIDBAUGBwgJCgsMDQ4PEA',
  type: 'public-key',
  clientExtensionResults: {},
  response: { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA', userHandle: 'AA' },
}

export const loginBody = strict({ name, password }).meta({
  examples: [{ name: 'ada', password: 'correct horse battery staple' }],
})

export const passkeyLoginBody = strict({ credential: publicKeyCredential }).meta({
  examples: [{ credential: ASSERTION }],
})

/** Nothing is said in it; that there is a body keeps plain forms of other sites out. */
export const emptyBody = strict({}).meta({ examples: [{}] })

export const linkBody = strict({ link: linkToken }).meta({ examples: [{ link: LINK_TOKEN }] })

export const useLinkBody = strict({
  link: linkToken,
  password: password.optional(),
  credential: publicKeyCredential.optional(),
})
  .refine((body) => (body.password === undefined) !== (body.credential === undefined), {
    message: 'exactly one of password and credential is needed',
    path: ['password'],
  })
  .meta({ examples: [{ link: LINK_TOKEN, password: 'correct horse battery staple' }] })

export const linkAnswer = z
  .object({ name: z.string().describe('Of the operator'), expiresAt: z.int().describe('Epoch seconds') })
  .meta({ examples: [{ name: 'ada', expiresAt: 1_800_000_600 }] })

export type LinkAnswer = z.infer<typeof linkAnswer>

/** For `navigator.credentials.create` and `.get`. */
export const passkeyOptions = z
  .object({ publicKey: jsonObject.describe('Options as JSON (WebAuthn Level 3 §5.1.8, §5.1.9)') })
  .meta({ examples: [{ publicKey: { challenge: 'AQIDBAUGBwgJCgsMDQ4PEA', rpId: 'portal.example' } }] })

export type PasskeyOptions = z.infer<typeof passkeyOptions>

export const operatorAnswer = z
  .object({ name: z.string().describe('Who is logged in now') })
  .meta({ examples: [{ name: 'ada' }] })

export type OperatorAnswer = z.infer<typeof operatorAnswer>

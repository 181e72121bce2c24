/** That it is the owner of an account who asks for something, told once more in the very call. */
import { z } from 'zod'
import { jsonObject } from '../json.ts'
import { oneOf, strict } from '../strict.ts'

export const recoveryCode = z.string().min(1).max(64)

/** Whoever logged in less than ten minutes ago may leave it out where it is optional. */
export const confirmation = oneOf([
  strict({ password: z.string().min(1).max(1000) }),
  strict({
    ceremony: z.string().min(1).max(4096).describe('As it came with the options'),
    credential: jsonObject.describe('AuthenticationResponseJSON, to `auth/confirmation/options`'),
  }),
  strict({ recoveryCode: recoveryCode.describe('Is spent with that') }),
]).describe('That it is the owner who asks: a password, a passkey, or a recovery code')

export const confirmedUnlessFresh = confirmation
  .optional()
  .describe('Not needed within ten minutes of the log-in')

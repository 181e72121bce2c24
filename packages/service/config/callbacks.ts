/** Configuration of services that tell a caller's address what happens to a session. */
import { z } from 'zod'

export const callbackShape = {
  callbackSecretFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File with the secrets that callbacks, and questions for claims, are signed with, one a line, `whsec_` and 24 to 64 bytes in base64 (Standard Webhooks); signed with each of them; absent: callbacks are not signed',
    ),
} as const

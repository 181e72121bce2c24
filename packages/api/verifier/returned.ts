/** `POST /openid4vc/session/{id}/returned`: what a relying party's server says when the browser that began is back. */
import { z } from 'zod'
import { strict } from '../strict.ts'

export const browserReturnedBody = strict({
  responseCode: z
    .string()
    .min(1)
    .max(200)
    .describe('`response_code` of the address that the browser was sent to; exchanged once'),
}).meta({ examples: [{ responseCode: 'k3mIkWpQYqFh0cVxJ0vTn5u1y8bGk1sJzq0m3ZtQ2aE' }] })

export type BrowserReturnedBody = z.infer<typeof browserReturnedBody>

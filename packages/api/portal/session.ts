/** Who sits in front of the portal, and what its pages have to know before they can begin. */
import { z } from 'zod'

export const portalSession = z
  .object({
    login: z
      .enum(['none', 'needed', 'done'])
      .describe('`none`: nobody has to log in here, which there is in development on loopback alone'),
    operator: z
      .object({ name: z.string(), passkeys: z.int().describe('How many passkeys open this account') })
      .optional()
      .describe('Who is logged in'),
    csrf: z
      .string()
      .optional()
      .describe('Value of the header `x-countersign-csrf` of every call that changes something'),
    webWalletUrl: z.string().optional().describe('Where browsers find the web wallet; absent: there is none'),
    demo: z.literal(true).optional().describe('Instances can be stopped and started here'),
  })
  .meta({
    examples: [
      {
        login: 'done',
        operator: { name: 'ada', passkeys: 1 },
        csrf: 'y1nQyNAd7JmT1cX5u1y4v0b3w2kq9hR8f6s5d4a3P0o',
        webWalletUrl: 'https://wallet.example',
      },
      { login: 'needed' },
    ],
  })

export type PortalSession = z.infer<typeof portalSession>

/** Goes with every call that changes something, once somebody is logged in. */
export const CSRF_HEADER = 'x-countersign-csrf'

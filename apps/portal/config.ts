/** Keys that only the portal knows, beside those that every service has. */
import { secretText } from '@countersign/service/config/schema'
import { z } from 'zod'

const address = z
  .url({ protocol: /^https?$/, error: 'must be a URL such as http://issuer:7002' })
  .max(500)
  .transform((url) => url.replace(/\/+$/, ''))

export const portalShape = {
  issuerUrl: address
    .default('http://localhost:7002')
    .describe(
      'Where the portal itself reaches the issuer, `http://localhost:7002` when absent; browsers and wallets never see it',
    ),
  verifierUrl: address
    .default('http://localhost:7003')
    .describe(
      'Where the portal itself reaches the verifier, `http://localhost:7003` when absent; browsers and wallets never see it',
    ),
  repositoryUrl: address
    .default('http://localhost:7103')
    .describe(
      'Where the portal itself reaches the catalogue of credential types; `http://localhost:7103` when absent',
    ),
  webWalletUrl: address
    .optional()
    .describe(
      'Where browsers find the web wallet; `http://localhost:7101` in development when absent, in production no button leads there then',
    ),
  issuerApiKey: secretText(16)
    .optional()
    .describe("The issuer's managementApiKey; the portal's own when absent"),
  issuerApiKeyFile: z.string().min(1).optional().describe("File that holds the issuer's managementApiKey"),
  verifierApiKey: secretText(16)
    .optional()
    .describe("The verifier's managementApiKey; the portal's own when absent"),
  verifierApiKeyFile: z
    .string()
    .min(1)
    .optional()
    .describe("File that holds the verifier's managementApiKey"),
  operatorLogin: z
    .boolean()
    .optional()
    .describe(
      'Whether somebody has to log in; off in development on loopback when absent, and never off elsewhere',
    ),
  demoSocket: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe(
      'Unix socket by which pages stop and start instances: `countersign cluster --demo` sets it. In development on loopback alone',
    ),
  operatorSessionHours: z.int().min(1).max(168).default(12).describe('How long a login lasts, in hours'),
  loginFailuresPerMinute: z
    .int()
    .min(3)
    .max(10_000)
    .default(10)
    .describe('Failed logins of one sender at one name in a minute, on all instances together'),
  loginFailuresPerMinuteInTotal: z
    .int()
    .min(10)
    .max(1_000_000)
    .default(30)
    .describe('Failed logins of one sender at all names together in a minute'),
} as const

export type PortalDefaults = z.output<z.ZodObject<typeof portalShape>>

/** What holds where nothing is configured. */
export const PORTAL_DEFAULTS: PortalDefaults = z.object(portalShape).parse({})

/** Keys that only the wallet knows, beside those that every service has. */
import { outgoingShape } from '@countersign/service/config/outgoing'
import type { Mode } from '@countersign/service/config/schema'
import { transactionDataShape } from '@countersign/service/config/transaction-data'
import { trustShape } from '@countersign/service/config/trust'
import { z } from 'zod'
import { trustedVerifiersSetting } from './known-verifiers.ts'

export const walletShape = {
  tokenLifetimeDays: z.int().min(1).max(365).default(30).describe('How long a login lasts, in days'),
  passwordLogin: z
    .boolean()
    .default(true)
    .describe('Whether people may register and log in with a password; off: with passkeys alone'),
  ...outgoingShape,
  ...trustShape,
  ...transactionDataShape,
  loginFailuresPerMinute: z
    .int()
    .min(3)
    .max(10_000)
    .default(30)
    .describe('Failed logins of one sender at one e-mail address in a minute, on all instances together'),
  loginFailuresPerMinuteInTotal: z
    .int()
    .min(10)
    .max(1_000_000)
    .default(120)
    .describe('Failed logins of one sender at all e-mail addresses together in a minute'),
  registrationsPerMinute: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(120)
    .describe('New accounts of one sender in a minute, on all instances together'),
  preregisteredAccount: z
    .boolean()
    .optional()
    .describe('An account for trying things out; on in development when absent, refused in production'),
  trustedVerifierCasFile: z
    .string()
    .min(1)
    .optional()
    .describe('PEM certificates of the authorities that vouch for verifiers'),
  trustedVerifiers: trustedVerifiersSetting.describe(
    'Verifiers that you vouch for by name: each with `clientId` (a DID behind `decentralized_identifier:`, or what it was registered as), `name`, where it was registered its `keys` (JWKs), and, if answers may go nowhere else, `responseUris`',
  ),
  trustedVerifierAttestersFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'PEM certificates of the authorities that vouch for those who say who a verifier is (`verifier_attestation`, OpenID4VP 1.0 §12)',
    ),
  webWalletUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      "Public address of the web wallet: its pages may log in, passkeys are for its host, and browsers come back to its `/authorized` from issuers. Absent: http://localhost:7101 in development, this service's own address otherwise",
    ),
  repositoryUrl: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe(
      'Repository that is asked how a type wants to look whose `vct` is no address; as issuers and verifiers are reached. Absent: nobody is asked',
    ),
  batchCopies: z
    .int()
    .min(1)
    .max(50)
    .default(10)
    .describe(
      'How many copies of a card are asked for where an issuer gives several, each with a key of its own and shown once; 1: a card is one credential',
    ),
  clientId: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/)
    .default('countersign-wallet')
    .describe(
      'What the wallet calls itself where an authorization server takes no anonymous clients, and at pages of issuers',
    ),
} as const

export type WalletDefaults = z.output<z.ZodObject<typeof walletShape>>

/** What holds where nothing is configured. */
export const WALLET_DEFAULTS: WalletDefaults = z.object(walletShape).parse({})

const DEVELOPMENT_PAGES = 'http://localhost:7101'

interface Addresses {
  readonly baseUrl: string
  readonly mode: Mode
  readonly webWalletUrl?: string | undefined
}

/** Where the pages of the web wallet are. */
export function pagesAddress({ baseUrl, mode, webWalletUrl }: Addresses): string {
  return webWalletUrl ?? (mode === 'development' ? DEVELOPMENT_PAGES : baseUrl)
}
